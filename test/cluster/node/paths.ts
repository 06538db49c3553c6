import { join } from 'node:path';

/** Everything that a node keeps on this machine; there is one node at a time. */
export const NODE_DIRECTORY = '/var/tmp/kars-node';

/** Name of the node: the API server calls the kubelet by it, on loopback. */
export const NODE_NAME = 'localhost';

/** Bridge of the pod network. */
export const BRIDGE = 'kars0';

const inNode = (...parts: string[]): string => join(NODE_DIRECTORY, ...parts);

/** Where the parts of the node keep their files. */
export const paths = {
  lock: inNode('lock'),
  containerdConfig: inNode('containerd.toml'),
  containerdRoot: inNode('containerd'),
  containerdState: inNode('containerd-state'),
  containerdSocket: inNode('containerd.sock'),
  cniConfig: inNode('cni'),
  cniData: inNode('cni-data'),
  kubeletConfig: inNode('kubelet.yaml'),
  kubeletRoot: inNode('kubelet'),
  seccomp: inNode('kubelet', 'seccomp'),
  podLogs: inNode('logs'),
  volumes: inNode('volumes'),
  tls: inNode('tls'),
} as const;

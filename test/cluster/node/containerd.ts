import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ServerProcess } from '../server-process.ts';
import { BRIDGE, paths } from './paths.ts';
import { ctr } from './ctr.ts';

/** IP families of the pod network. */
export type IpFamily = 'dual' | 'ipv4' | 'ipv6';

/** The image that holds the namespaces of a pod. */
export const PAUSE_IMAGE = 'localhost/pause:1';

const subnets = { ipv4: '10.244.0.0/24', ipv6: 'fd00:244::/64' } as const;

/** Starts containerd with a pod network of its own. */
export async function startContainerd(family: IpFamily): Promise<ServerProcess> {
  for (const path of [paths.cniConfig, paths.containerdRoot, paths.containerdState]) {
    mkdirSync(path, { recursive: true });
  }
  writeFileSync(paths.containerdConfig, containerdConfig());
  writeFileSync(join(paths.cniConfig, '10-pods.conflist'), JSON.stringify(podNetwork(family)));
  const server = new ServerProcess('containerd', 'containerd', [
    '--config',
    paths.containerdConfig,
  ]);
  await server.ready(async () => (await ctr(['version'])).code === 0);
  return server;
}

// Nobody here may lower oom_score_adj, and network namespaces stay below the directory of the node.
const containerdConfig = (): string => `version = 2
root = "${paths.containerdRoot}"
state = "${paths.containerdState}"
oom_score = 0
[grpc]
  address = "${paths.containerdSocket}"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${PAUSE_IMAGE}"
  restrict_oom_score_adj = true
  disable_apparmor = true
  netns_mounts_under_state_dir = true
  stream_server_port = "0"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "${paths.cniConfig}"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      SystemdCgroup = false
`;

function podNetwork(family: IpFamily): object {
  const families = family === 'dual' ? (['ipv4', 'ipv6'] as const) : [family];
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: BRIDGE,
        isGateway: true,
        ipMasq: false,
        ipam: {
          type: 'host-local',
          dataDir: paths.cniData,
          ranges: families.map((name) => [{ subnet: subnets[name] }]),
          routes: families.map((name) => ({ dst: name === 'ipv4' ? '0.0.0.0/0' : '::/0' })),
        },
      },
    ],
  };
}

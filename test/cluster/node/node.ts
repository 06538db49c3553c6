import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { componentPath } from '../binaries.ts';
import type { Client } from '../client.ts';
import { startCluster, type Cluster } from '../cluster.ts';
import { freePort, ServerProcess } from '../server-process.ts';
import { makeKubeletClient } from './certificates.ts';
import { startContainerd, type IpFamily } from './containerd.ts';
import { importImages } from './ctr.ts';
import { writeKubeconfig } from './kubeconfig.ts';
import { startKubelet } from './kubelet.ts';
import { NODE_DIRECTORY, NODE_NAME, paths } from './paths.ts';
import { installProfile } from './profile.ts';
import { addVolumes } from './storage.ts';
import { sweep, takeNode } from './sweep.ts';

/** A whole cluster of one node: control plane, kubelet, containerd, runc. */
export interface Node {
  readonly cluster: Cluster;
  readonly admin: Client;
  readonly ipFamily: IpFamily;
  /** Makes the images of an archive known to the node. */
  readonly importImages: (archive: string) => Promise<void>;
  readonly restartKubelet: () => Promise<void>;
  readonly restartContainerd: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** What a node is started with. */
export interface NodeOptions {
  /** Archives of images that pods may use; the pause image is always there. */
  readonly images: readonly string[];
  /** @default 'dual' */
  readonly ipFamily?: IpFamily;
}

/** The node of this process; test files share it through the global object, not through this module. */
const held = globalThis as { karsNode?: Node | undefined };

/** The node that this process has started and not stopped. */
export const runningNode = (): Node | undefined => held.karsNode;

/** Starts a node, and waits until it is ready. Ends what an earlier test left. */
export async function startNode({ images, ipFamily = 'dual' }: NodeOptions): Promise<Node> {
  await held.karsNode?.stop();
  await takeNode();
  mkdirSync(NODE_DIRECTORY, { recursive: true });
  writeFileSync(paths.lock, String(process.pid));
  installProfile();
  const undo: (() => Promise<void>)[] = [sweep];
  const stop = async (): Promise<void> => {
    held.karsNode = undefined;
    for (let step = undo.pop(); step !== undefined; step = undo.pop()) await step();
  };
  try {
    held.karsNode = await start(images, ipFamily, undo, stop);
    return held.karsNode;
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  images: readonly string[],
  ipFamily: IpFamily,
  undo: (() => Promise<void>)[],
  stop: () => Promise<void>,
): Promise<Node> {
  const tokens = {
    kubelet: randomBytes(16).toString('hex'),
    control: randomBytes(16).toString('hex'),
  };
  const kubeletClient = await makeKubeletClient();
  const kubeletPort = await freePort();
  const [cluster, containerd] = await Promise.all([
    startCluster({
      users: [
        `${tokens.kubelet},system:node:${NODE_NAME},kubelet,system:nodes`,
        `${tokens.control},control-plane,control-plane,system:masters`,
      ],
      arguments: [
        `--kubelet-client-certificate=${kubeletClient.certificate}`,
        `--kubelet-client-key=${kubeletClient.key}`,
        '--kubelet-preferred-address-types=Hostname',
        `--kubelet-port=${kubeletPort}`,
      ],
    }),
    startContainerd(ipFamily),
  ]);
  const running = { containerd };
  undo.push(() => running.containerd.stop(), cluster.stop);
  const credentials = (token: string) => ({
    url: cluster.url,
    certificate: cluster.certificate,
    token,
  });
  const control = writeKubeconfig('control-plane', credentials(tokens.control));
  const managers = [
    controlPlane('kube-controller-manager', control, [
      '--use-service-account-credentials=true',
      '--controllers=*,-nodeipam,-node-route-controller,-cloud-node-lifecycle-controller',
    ]),
    controlPlane('kube-scheduler', control, []),
  ];
  undo.push(...managers.map((server) => () => server.stop()));
  const kubelet = (): ServerProcess =>
    startKubelet(kubeletPort, kubeletClient.authority, credentials(tokens.kubelet));
  const held = { kubelet: kubelet() };
  undo.push(() => held.kubelet.stop());
  await Promise.all(images.map(importImages));
  await held.kubelet.ready(() => isReady(cluster.admin));
  await addVolumes(cluster.admin);
  return {
    cluster,
    admin: cluster.admin,
    ipFamily,
    importImages,
    restartKubelet: async () => {
      await held.kubelet.stop();
      held.kubelet = kubelet();
      await held.kubelet.ready(() => isReady(cluster.admin));
    },
    restartContainerd: async () => {
      await running.containerd.stop();
      running.containerd = await startContainerd(ipFamily);
    },
    stop,
  };
}

const controlPlane = (name: string, kubeconfig: string, more: readonly string[]): ServerProcess =>
  new ServerProcess(name, componentPath(name), [
    `--kubeconfig=${kubeconfig}`,
    '--leader-elect=false',
    '--bind-address=127.0.0.1',
    '--secure-port=0',
    ...more,
  ]);

async function isReady(admin: Client): Promise<boolean> {
  const { ok, body } = await admin.call('GET', `/api/v1/nodes/${NODE_NAME}`);
  const node = body as { status?: { conditions?: { type: string; status: string }[] } };
  return ok && (node.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True'); // prettier-ignore
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { networkInterfaces, totalmem } from 'node:os';
import { join } from 'node:path';
import { componentPath } from '../binaries.ts';
import { ServerProcess } from '../server-process.ts';
import { NODE_DIRECTORY, NODE_NAME, paths } from './paths.ts';
import { writeKubeconfig, type Credentials } from './kubeconfig.ts';

/** Most processes of one pod. */
export const POD_PIDS_LIMIT = 512;

/** Part of the memory and the processes of this machine that no pod gets. */
const KEPT_FROM_PODS = 0.25;

const most = (setting: string): number =>
  Number(readFileSync(`/proc/sys/kernel/${setting}`, 'utf8'));

/** Starts the kubelet. */
export function startKubelet(port: number, clientCa: string, api: Credentials): ServerProcess {
  for (const path of [paths.kubeletRoot, paths.seccomp, paths.podLogs]) {
    mkdirSync(path, { recursive: true });
  }
  const resolvConf = join(NODE_DIRECTORY, 'resolv.conf');
  writeFileSync(resolvConf, 'nameserver 10.96.0.10\n');
  // The configuration is JSON, which is YAML.
  writeFileSync(paths.kubeletConfig, JSON.stringify(configuration(port, clientCa, resolvConf)));
  return new ServerProcess('kubelet', componentPath('kubelet'), [
    `--config=${paths.kubeletConfig}`,
    `--kubeconfig=${writeKubeconfig('kubelet', api)}`,
    `--root-dir=${paths.kubeletRoot}`,
    `--cert-dir=${join(paths.tls, 'kubelet')}`,
    `--hostname-override=${NODE_NAME}`,
    `--node-ip=${nodeAddress()}`,
  ]);
}

const configuration = (port: number, clientCa: string, resolvConf: string): object => ({
  apiVersion: 'kubelet.config.k8s.io/v1beta1',
  kind: 'KubeletConfiguration',
  address: '127.0.0.1',
  port,
  healthzPort: 0,
  authentication: {
    anonymous: { enabled: false },
    webhook: { enabled: false },
    x509: { clientCAFile: clientCa },
  },
  authorization: { mode: 'AlwaysAllow' },
  containerRuntimeEndpoint: `unix://${paths.containerdSocket}`,
  cgroupDriver: 'cgroupfs',
  failSwapOn: false,
  oomScoreAdj: 0,
  podPidsLimit: POD_PIDS_LIMIT,
  // All pods together are in a control group of this machine, which attacks without limits do not get out of.
  systemReserved: {
    memory: `${Math.ceil(totalmem() * KEPT_FROM_PODS)}`,
    pid: `${Math.ceil(most('pid_max') * KEPT_FROM_PODS)}`,
  },
  podLogsDir: paths.podLogs,
  clusterDNS: ['10.96.0.10'],
  clusterDomain: 'cluster.local',
  resolvConf,
  makeIPTablesUtilChains: false,
  registerNode: true,
  serializeImagePulls: false,
  imageGCHighThresholdPercent: 100,
  evictionHard: {
    'memory.available': '100Mi',
    'nodefs.available': '1%',
    'imagefs.available': '1%',
  },
  syncFrequency: '5s',
  // By default a minute and up to two, by chance, pass between two measurements of a volume.
  volumeStatsAggPeriod: '5s',
  nodeStatusUpdateFrequency: '2s',
  shutdownGracePeriod: '0s',
});

/** The kubelet refuses loopback as address of a node. */
function nodeAddress(): string {
  const found = Object.values(networkInterfaces())
    .flat()
    .find((entry) => entry?.family === 'IPv4' && !entry.internal);
  if (found === undefined) throw new Error('[KARS_NODE_ADDRESS] this machine has no IPv4 address');
  return found.address;
}

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import { CREDENTIALS_DIR, DOCUMENTS_DIR, STATE_DIR } from '../../lib/contract/projection.ts';
import { volumeNames } from '../../lib/sandbox/volumes.ts';
import type { ApplicableObject } from '../cluster/client.ts';
import { AGENT_IMAGE } from '../cluster/node/test-images.ts';
import { processOf } from '../cluster/state/disruptions.ts';

/** The manifest of a sandbox, of which tests take layers. */
export interface Manifest {
  readonly objects: readonly ApplicableObject[];
  readonly pod: PodSpec;
  readonly agent: Container;
}

/** One layer: what it is, and how it is taken from a manifest. */
export interface Layer {
  readonly title: string;
  /** Absent for decisions, which other documents change. */
  readonly remove?: (manifest: Manifest) => void;
  /** Takes it from a pod that runs, where it is one of the node. */
  readonly lift?: (pod: Pod) => Promise<void>;
}

/** Takes the rules away right after the guard has set them; a guard with other rules would not end well. */
const flush: Container = {
  name: 'flush',
  image: AGENT_IMAGE,
  command: ['/usr/sbin/nft', 'flush', 'ruleset'],
  securityContext: {
    runAsUser: 0,
    runAsNonRoot: false,
    capabilities: { add: ['NET_ADMIN'] },
  },
};

/** Lets the processes of a pod be as many as the machine has room for. */
async function liftProcesses(pod: Pod): Promise<void> {
  const pid = await processOf(pod, 'agent');
  const groups = readFileSync(`/proc/${pid}/cgroup`, 'utf8').split('\n');
  const of = (name: string): string | undefined =>
    groups.find((line) => line.split(':')[1] === name)?.split(':')[2];
  const [root, group] =
    of('pids') === undefined ? ['/sys/fs/cgroup', of('')] : ['/sys/fs/cgroup/pids', of('pids')];
  if (group === undefined) throw new Error('the agent is in no control group');
  writeFileSync(join(root, dirname(group), 'pids.max'), 'max');
}

/** Every layer in a pod. */
export const layers = {
  packets: {
    title: 'packet rules of the guard',
    remove: ({ pod }) => void pod.initContainers?.splice(1, 0, flush),
  },
  launcher: {
    title: 'launcher: Landlock, system-call filter, limits',
    remove: ({ agent }) => {
      const command = agent.command ?? [];
      agent.command = command.slice(command.indexOf('--') + 1);
    },
  },
  profile: {
    title: 'seccomp profile of the node (kars-strict)',
    remove: ({ agent }) => {
      agent.securityContext = {
        ...agent.securityContext,
        seccompProfile: { type: 'Unconfined' },
      };
    },
  },
  user: {
    title: 'user 1000 without capabilities',
    remove: ({ agent }) => {
      agent.securityContext = {
        ...agent.securityContext,
        runAsUser: 0,
        runAsGroup: 0,
        runAsNonRoot: false,
        allowPrivilegeEscalation: true,
        capabilities: { add: ['ALL'] },
      };
    },
  },
  root: {
    title: 'read-only root',
    remove: ({ agent }) => {
      agent.securityContext = { ...agent.securityContext, readOnlyRootFilesystem: false };
    },
  },
  separation: {
    title: 'no token, volume or process of the sidecars',
    remove: ({ pod, agent }) => {
      pod.automountServiceAccountToken = true;
      pod.shareProcessNamespace = true;
      for (const mount of agent.volumeMounts ?? []) delete mount.readOnly;
      agent.volumeMounts?.push(
        { name: volumeNames.documents, mountPath: DOCUMENTS_DIR },
        { name: volumeNames.credentials, mountPath: CREDENTIALS_DIR },
        { name: volumeNames.state, mountPath: STATE_DIR },
      );
    },
  },
  limits: {
    title: 'limits of the container',
    remove: ({ agent }) => {
      agent.resources = {};
    },
  },
  processes: {
    title: 'limit of processes in a pod (`podPidsLimit` of the kubelet)',
    lift: liftProcesses,
  },
  state: {
    title: 'state volume of the sidecars',
  },
  egress: { title: 'decision of the egress proxy' },
  model: { title: 'decision of the router' },
} as const satisfies Readonly<Record<string, Layer>>;

/** Name of a layer in a pod. */
export type LayerId = keyof typeof layers;

/** Names of all layers in a pod. */
export const layerIds = Object.keys(layers) as LayerId[];

/** What tests change in the objects of a sandbox. */
export function manifestOf(synthesized: readonly ApplicableObject[]): Manifest {
  const objects = structuredClone(synthesized) as ApplicableObject[];
  const deployment = objects.find(({ kind }) => kind === 'Deployment') as unknown as Deployment;
  const pod = deployment.spec?.template.spec;
  const agent = pod?.containers[0];
  if (pod === undefined || agent === undefined) throw new Error('there is no agent');
  return { objects, pod, agent };
}

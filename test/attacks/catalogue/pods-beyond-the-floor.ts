import { volumeNames } from '../../../lib/sandbox/volumes.ts';
import type { UserAttack } from '../attack.ts';
import { attack, first, listOf, pod } from './requests.ts';

type Container = Record<string, unknown>;

/** A RuntimeClass that no platform accepts; there so that nothing else refuses it. */
export const FOREIGN_RUNTIME_CLASS = 'foreign';

const onAgent = (id: string, title: string, change: (agent: Container) => void): UserAttack =>
  attack(
    id,
    title,
    'kars-pod-agent',
    pod((spec) => change(first(spec, 'containers'))),
  );

const onRouter = (id: string, title: string, change: (router: Container) => void): UserAttack =>
  attack(
    id,
    title,
    'kars-pod-sidecars',
    pod((spec) => {
      for (const one of listOf(spec, 'initContainers')) if (one['name'] === 'router') change(one);
    }),
  );

const shell = { exec: { command: ['/bin/sh'] } };

/** What a pod has that constructs never write. */
export const podsBeyondTheFloor: readonly UserAttack[] = [
  attack(
    'pod-privileged',
    'make a pod with a privileged container',
    'kars-pod-guard',
    pod((spec) => {
      first(spec, 'initContainers')['securityContext'] = { privileged: true };
    }),
  ),
  attack(
    'pod-runtime-class',
    'make a pod in another runtime class',
    'kars-pods',
    pod((spec) => (spec['runtimeClassName'] = FOREIGN_RUNTIME_CLASS)),
  ),
  attack(
    'pod-cloud-identity',
    'have the cloud give an identity to every container',
    'kars-pods',
    pod((_spec, metadata) => {
      const labels = metadata['labels'] as Record<string, string>;
      labels['azure.workload.identity/use'] = 'true';
    }),
  ),
  attack(
    'pod-token',
    'make a pod with a volume that has a token',
    'kars-pod-volumes',
    pod(
      (spec) =>
        void listOf(spec, 'volumes').push({
          name: 'mine',
          projected: { sources: [{ serviceAccountToken: { path: 'token' } }] },
        }),
    ),
  ),
  onAgent('pod-port-of-node', 'give the agent a port of the node', (agent) => {
    agent['ports'] = [{ containerPort: 8080, hostPort: 8080 }];
  }),
  onAgent('pod-probe', 'have a probe start a program past the launcher', (agent) => {
    agent['livenessProbe'] = shell;
  }),
  onAgent('pod-hook', 'have a hook start a program past the launcher', (agent) => {
    agent['lifecycle'] = { postStart: shell };
  }),
  onAgent('pod-secret', 'hand the agent a Secret of the platform', (agent) => {
    const secretKeyRef = { name: 'kars-signing', key: 'key' };
    (agent['env'] as object[]).push({ name: 'MINE', valueFrom: { secretKeyRef } });
  }),
  onAgent('pod-state', 'show the agent the state of the sidecars', (agent) => {
    listOf(agent, 'volumeMounts').push({ name: volumeNames.state, mountPath: '/mine' });
  }),
  onAgent('pod-agent-image', 'run an agent from another registry', (agent) => {
    agent['image'] = 'evil.example/agent:1';
  }),
  onRouter('pod-two-ceilings', 'say another ceiling of tokens to the router', (router) => {
    const ceiling = '--token-ceiling=1000000';
    (router['args'] as string[]).push(ceiling, ceiling);
  }),
  onRouter('pod-variable', 'have the router load a module by a variable', (router) => {
    (router['env'] as object[]).push({ name: 'NODE_OPTIONS', value: '--require=/sandbox/mine' });
  }),
];

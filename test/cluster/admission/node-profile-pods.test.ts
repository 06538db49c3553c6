import type { DaemonSet } from 'kubernetes-types/apps/v1.js';
import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { KarsImages } from 'kars-constructs';
import { nodeProfileObjects } from '../../../lib/platform/node-profile.ts';
import type { ApplicableObject } from '../client.ts';
import { refusalOf, useFloor } from './use-floor.ts';

const objects = nodeProfileObjects({
  image: KarsImages.local().image('guard'),
  kubeletDirectory: '/var/lib/kubelet',
});

function change(container: Container | undefined, by: Partial<Container>): void {
  Object.assign(container ?? {}, by);
}

describe('the pods in the namespace of the node profiles', () => {
  const floor = useFloor();
  const daemonSet = objects.find(({ kind }) => kind === 'DaemonSet') as unknown as DaemonSet;

  const answer = async (mutate: (spec: PodSpec) => void = () => undefined): Promise<string> => {
    const spec = structuredClone(daemonSet.spec?.template.spec) ?? { containers: [] };
    mutate(spec);
    const metadata = {
      ...daemonSet.spec?.template.metadata,
      name: 'seccomp-profile-1',
      namespace: 'kars-node-profiles',
    };
    const pod: ApplicableObject = { apiVersion: 'v1', kind: 'Pod', metadata, ...{ spec } };
    return refusalOf(await floor.tries('platformDeployers', pod));
  };

  beforeAll(async () => {
    const namespace = objects.filter(({ kind }) => kind === 'Namespace');
    for (const object of namespace) {
      expect(refusalOf(await floor.as('platformDeployers').apply(object))).toBe('allowed');
    }
  });

  it('are those of the DaemonSet', async () => {
    expect(await answer()).toBe('allowed');
  });

  it.each<[string, (spec: PodSpec) => void]>([
    [
      'has another path of the node',
      ({ volumes = [] }) => void volumes.push({ name: 'a', hostPath: { path: '/' } }),
    ],
    ['has another image', ({ containers: [one] }) => change(one, { image: 'evil:1' })],
    ['has another program', ({ containers: [one] }) => change(one, { command: ['/launch'] })],
    ['has another container', ({ containers }) => void containers.push({ name: 'a', image: 'a' })],
    ['is in the network of the node', (spec) => (spec.hostNetwork = true)],
    ['sees the processes of the node', (spec) => (spec.hostPID = true)],
    ['has a token', (spec) => (spec.automountServiceAccountToken = true)],
    [
      'is privileged',
      ({ containers: [one] }) => {
        const context = { ...one?.securityContext, privileged: true };
        delete context.allowPrivilegeEscalation;
        change(one, { securityContext: context });
      },
    ],
    [
      'has a capability',
      ({ initContainers: [one] = [] }) =>
        change(one, {
          securityContext: { ...one?.securityContext, capabilities: { add: ['SYS_ADMIN'] } },
        }),
    ],
    [
      'writes to the node for ever',
      ({ containers: [one] }) => {
        for (const mount of one?.volumeMounts ?? []) mount.readOnly = false;
      },
    ],
  ])('are refused when one %s', async (_what, mutate) => {
    expect(await answer(mutate)).toBe('KARS_NODE_PROFILE_POD');
  });
});

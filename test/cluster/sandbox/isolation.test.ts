import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { AgentRuntime, KarsPlatform, type KarsSandboxProps } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import type { ApplicableObject } from '../client.ts';
import { isReady, waitForEvent } from '../node/pods.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import { useNode } from '../node/use-node.ts';
import { smallResources } from './agents.ts';

const sleep = ['/usr/bin/sleep', 'infinity'];

describe('isolation levels on a real node', () => {
  const node = useNode();

  const objectsOf = (name: string, props: Partial<KarsSandboxProps>): readonly ApplicableObject[] =>
    synthesize((scope) =>
      sandboxIn(
        agentsChart(scope, 'chart', node.images),
        {
          agent: AgentRuntime.container({ image: AGENT_IMAGE, command: sleep }),
          resources: smallResources,
          ...props,
        },
        name,
      ),
    ).objects;

  beforeAll(async () => {
    // runc stands in for Kata, which needs KVM: modelled.
    const { objects } = synthesize(
      (app) =>
        new KarsPlatform(app, 'platform', {
          admission: 'none',
          confidentialRuntime: { handler: 'runc' },
          installSeccompProfile: false,
        }),
    );
    await node.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } },
      ...objects.filter(({ kind }) => kind === 'RuntimeClass'),
    ]);
  });

  it('runs a confidential sandbox in its RuntimeClass', async () => {
    await node.apply(objectsOf('confidential', { isolation: 'confidential' }));
    const pod = await node.pod('kars-confidential', isReady);
    expect(pod.spec?.runtimeClassName).toBe('kata-vm-isolation');
  });

  it('makes no pod without the RuntimeClass, and an event says so', async () => {
    const props = { isolation: 'confidential', runtimeClassName: 'absent' } as const;
    await node.apply(objectsOf('absent', props));
    const { message, involvedObject } = await waitForEvent(
      node.admin,
      'kars-absent',
      ({ reason }) => reason === 'FailedCreate',
    );
    expect(message).toContain('RuntimeClass "absent" not found');
    expect(involvedObject.kind).toBe('ReplicaSet');
    const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'absent', namespace: 'kars-absent' } }; // prettier-ignore
    const { body } = await node.admin.get(deployment);
    expect((body as Deployment).status?.conditions).toContainEqual(
      expect.objectContaining({ type: 'ReplicaFailure', reason: 'FailedCreate', status: 'True' }),
    );
  });

  it('starts nothing where the container runtime has no user namespaces, and an event says so', async () => {
    await node.apply(objectsOf('users', { hostUsers: false }));
    const { message } = await waitForEvent(node.admin, 'kars-users', ({ reason }) =>
      reason.startsWith('Failed'),
    );
    expect(message).toContain('user namespaces');
  });
});

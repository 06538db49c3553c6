import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleObjects } from '../support/examples.ts';
import type { Answer, ApplicableObject } from './client.ts';
import type { Cluster } from './cluster.ts';
import { startClusterWithCrds } from './with-crds.ts';

// Bindings last: from then on deployers alone may write the others, and when that begins is not told.
const binds = ({ kind }: ApplicableObject): boolean => kind === 'ValidatingAdmissionPolicyBinding';
const example = exampleObjects('quickstart');
const objects = [...example.filter((one) => !binds(one)), ...example.filter(binds)];

describe('the quickstart on a real API server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startClusterWithCrds();
    const agents = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } };
    await cluster.admin.apply(agents);
    // Namespaces first, as GitOps tools apply them.
    for (const object of objects.filter(({ kind }) => kind === 'Namespace')) {
      await cluster.admin.apply(object);
    }
  });
  afterAll(() => cluster.stop());

  it.each(objects)('is accepted: $kind $metadata.name', async (object) => {
    const { ok, message } = await cluster.admin.apply(object);
    expect({ ok, message }).toEqual({ ok: true, message: '' });
  });

  it('meets the Pod Security Standard restricted in every container but the guard', async () => {
    const deployment = objects.find(({ kind }) => kind === 'Deployment');
    if (deployment === undefined) throw new Error('there is no Deployment');
    const { template } = (deployment as unknown as { spec: { template: PodTemplate } }).spec;
    const restricted = {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: {
        name: 'restricted',
        labels: { 'pod-security.kubernetes.io/enforce': 'restricted' },
      },
    };
    await cluster.admin.apply(restricted);
    const apply = (name: string, spec: PodTemplate['spec']): Promise<Answer> =>
      cluster.admin.apply({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name, namespace: 'restricted' },
        ...{ spec },
      });
    const { initContainers, ...rest } = template.spec;
    const [guard, ...sidecars] = initContainers;
    const without = await apply('without', { initContainers: sidecars, ...rest });
    expect(without.message).toBe('');
    const refused = await apply('with', { initContainers: [guard, ...sidecars], ...rest });
    expect(refused.message).toContain('violates PodSecurity "restricted');
    expect(refused.message).toContain('container "egress-guard"');
    expect(refused.message).not.toContain('router');
  });
});

interface PodTemplate {
  readonly spec: { readonly initContainers: readonly unknown[] };
}

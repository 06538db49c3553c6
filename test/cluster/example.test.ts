import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exampleObjects } from '../support/examples.ts';
import type { Cluster } from './cluster.ts';
import { startClusterWithCrds } from './with-crds.ts';

const objects = exampleObjects('quickstart');

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

  it('meets the Pod Security Standard restricted that its namespace enforces', async () => {
    const deployment = objects.find(({ kind }) => kind === 'Deployment');
    if (deployment === undefined) throw new Error('there is no Deployment');
    const { template } = (deployment as unknown as { spec: { template: object } }).spec;
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'a', namespace: 'kars-reader' },
    };
    const admitted = await cluster.admin.apply({ ...pod, ...template, metadata: pod.metadata });
    expect(admitted.message).toBe('');
    const weakened = structuredClone({
      ...pod,
      ...template,
      metadata: pod.metadata,
    }) as unknown as {
      spec: { containers: { securityContext: { allowPrivilegeEscalation?: boolean } }[] };
    } & typeof pod;
    for (const { securityContext } of weakened.spec.containers) {
      securityContext.allowPrivilegeEscalation = true;
    }
    const refused = await cluster.admin.apply({
      ...weakened,
      metadata: { ...pod.metadata, name: 'b' },
    });
    expect(refused.message).toContain('violates PodSecurity "restricted');
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KUBERNETES_VERSION } from './binaries.ts';
import { startCluster, type Cluster } from './cluster.ts';

describe('the API server of the tier', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(() => cluster.stop());

  it('is the pinned version', async () => {
    const { body } = await cluster.admin.call('GET', '/version');
    expect(body).toMatchObject({ gitVersion: KUBERNETES_VERSION });
  });

  it('refuses a user without rights', async () => {
    const { status } = await cluster.nobody.call('GET', '/api/v1/secrets');
    expect(status).toBe(403);
  });

  it('refuses a field that the schema does not know', async () => {
    const object = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'one', namespace: 'default' },
      dataa: {},
    };
    const { ok, message } = await cluster.admin.apply(object);
    expect(ok).toBe(false);
    expect(message).toContain('dataa');
  });
});

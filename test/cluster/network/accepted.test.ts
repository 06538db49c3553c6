import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ApplicableObject } from '../client.ts';
import { startCluster, type Cluster } from '../cluster.ts';
import { policies, tenants } from './world.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster();
});
afterAll(() => cluster.stop());

it('a real API server accepts the policies of all tenants as they are', async () => {
  const objects = [...tenants.ofKind('Namespace'), ...policies] as readonly ApplicableObject[];
  for (const object of objects) {
    const { ok, message } = await cluster.admin.apply(object);
    expect({ object: object.metadata, ok, message }).toMatchObject({ ok: true, message: '' });
  }
});

it('it refuses a block whose exceptions lie outside it', async () => {
  const [policy] = policies;
  const { ok, message } = await cluster.admin.apply({
    ...policy,
    spec: {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock: { cidr: '2000::/3', except: ['fc00::/7'] } }] }],
    },
  } as unknown as ApplicableObject);
  expect({ ok, message }).toMatchObject({ ok: false });
  expect(message).toContain('except');
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customResourceDefinition, kinds } from 'kars-constructs/contract';
import { goldenCases } from '../support/golden.ts';
import type { ApplicableObject } from './client.ts';
import type { Cluster } from './cluster.ts';
import { startClusterWithCrds } from './with-crds.ts';

describe('a real API server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startClusterWithCrds();
  });
  afterAll(() => cluster.stop());

  it.each(kinds)('takes the definition of $kind as structural', async (definition) => {
    const crd = customResourceDefinition(definition) as unknown as ApplicableObject;
    const { body } = await cluster.admin.get(crd);
    const { conditions } = (body as { status: { conditions: { type: string; status: string }[] } })
      .status;
    expect(conditions).toContainEqual(
      expect.objectContaining({ type: 'Established', status: 'True' }),
    );
    expect(conditions.find(({ type }) => type === 'NonStructuralSchema')).toBeUndefined();
  });

  it.each(goldenCases('valid'))('accepts $name', async ({ manifest }) => {
    const { ok, message } = await cluster.admin.apply(manifest, { dryRun: true });
    expect({ ok, message }).toEqual({ ok: true, message: '' });
  });

  it.each(goldenCases('invalid'))('refuses $name', async ({ manifest, expected }) => {
    const { ok, message } = await cluster.admin.apply(manifest, { dryRun: true });
    expect(ok).toBe(false);
    expect(message).toContain(expected);
  });
});

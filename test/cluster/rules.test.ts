import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_VERSION, kinds } from 'kars-constructs/contract';
import { ruleCases } from '../contract/rule-cases/index.ts';
import type { Cluster } from './cluster.ts';
import { startClusterWithCrds } from './with-crds.ts';

describe('the rules at a real API server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startClusterWithCrds();
  });
  afterAll(() => cluster.stop());

  it.each(ruleCases)('answer $name as the validator does', async ({ kind, spec, refusedBy }) => {
    const definition = kinds.find((candidate) => candidate.kind === kind);
    const namespace = definition?.scope === 'Cluster' ? '' : '/namespaces/default';
    const { ok, message } = await cluster.admin.call(
      'POST',
      `/apis/${API_VERSION}${namespace}/${definition?.plural ?? ''}?dryRun=All&fieldValidation=Strict`,
      { apiVersion: API_VERSION, kind, metadata: { name: 'one' }, spec },
    );
    if (refusedBy === undefined) {
      expect({ ok, message }).toEqual({ ok: true, message: '' });
    } else {
      expect(ok).toBe(false);
      expect(message).toContain(refusedBy);
    }
  });
});

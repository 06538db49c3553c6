import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kinds, validateManifest } from 'kars-constructs/contract';
import { goldenCases, type GoldenCase } from '../support/golden.ts';
import { mutantsOf, type Mutant } from '../support/mutants.ts';
import type { Cluster } from './cluster.ts';
import { startClusterWithCrds } from './with-crds.ts';

const BATCH = 16;

describe('the validator and a real API server', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startClusterWithCrds();
  });
  afterAll(() => cluster.stop());

  /** How the verdicts on a mutant differ, or undefined when they are the same. */
  async function difference(entry: GoldenCase, mutant: Mutant): Promise<string | undefined> {
    const { plural, scope } = entry.definition;
    const namespace = scope === 'Cluster' ? '' : '/namespaces/default';
    const { ok, message } = await cluster.admin.call(
      'POST',
      `/apis/kars.azure.com/v1alpha1${namespace}/${plural}?dryRun=All&fieldValidation=Strict`,
      mutant.manifest,
    );
    const verdict = validateManifest(entry.definition, mutant.manifest);
    return ok === verdict.ok
      ? undefined
      : `${entry.name} with ${mutant.change}: server ${ok ? 'accepts' : `refuses, ${message}`}`;
  }

  it.each(kinds)('agree on every change of a golden $kind', async (definition) => {
    const work = goldenCases('valid')
      .filter((entry) => entry.definition === definition)
      .flatMap((entry) => mutantsOf(entry.manifest).map((mutant) => ({ entry, mutant })));
    const found: (string | undefined)[] = [];
    for (let start = 0; start < work.length; start += BATCH) {
      const batch = work.slice(start, start + BATCH);
      found.push(...(await Promise.all(batch.map((item) => difference(item.entry, item.mutant)))));
    }
    expect(found.length).toBeGreaterThan(100);
    expect(found.filter((text) => text !== undefined)).toEqual([]);
  });
});

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  enforcement,
  fieldsOf,
  formatPath,
  isEnforcedInCluster,
  kinds,
  type KindDefinition,
} from 'kars-constructs/contract';
import { operatorWarnings } from '../../lib/platform/admission/operator-warnings.ts';
import { unenforcedFieldWarnings } from '../../lib/platform/admission/unenforced-fields.ts';
import { goldenCases } from '../support/golden.ts';
import type { Cluster } from './cluster.ts';
import { startClusterWithCrds } from './with-crds.ts';

const golden = new Map(goldenCases('valid').map((entry) => [entry.name, entry.manifest]));
const policies = [...unenforcedFieldWarnings(), ...operatorWarnings()];

const hasUnenforced = (definition: KindDefinition): boolean =>
  fieldsOf(definition).some(({ path }) => !isEnforcedInCluster(definition.kind, formatPath(path)));

describe('warnings for fields that nothing acts on', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startClusterWithCrds();
    for (const object of policies) {
      const { ok, message } = await cluster.admin.apply(object);
      expect({ ok, message }).toEqual({ ok: true, message: '' });
    }
    await warned();
  });
  afterAll(() => cluster.stop());

  /** Admission policies take effect some time after they are stored, each at a time of its own. */
  async function warned(): Promise<void> {
    const names = policies
      .filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
      .map(({ metadata }) => metadata.name);
    let silent: readonly string[] = names;
    for (let attempt = 0; attempt < 100; attempt += 1) {
      const all = await Promise.all([...golden.keys()].map((name) => warningsFor(name)));
      const told = all.flat().join('\n');
      silent = names.filter((name) => !told.includes(`'${name}'`));
      if (silent.length === 0) return;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`not in force after a hundred attempts: ${silent.join(', ')}`);
  }

  async function warningsFor(name: string): Promise<readonly string[]> {
    const manifest = golden.get(name);
    if (manifest === undefined) throw new Error(`there is no golden case ${name}`);
    const { ok, message, warnings } = await cluster.admin.apply(manifest, { dryRun: true });
    expect({ ok, message }).toEqual({ ok: true, message: '' });
    return warnings;
  }

  it('name a field of each kind that has such fields', async () => {
    for (const definition of kinds.filter(hasUnenforced)) {
      const all = await Promise.all(
        [...golden.keys()]
          .filter((name) => name.startsWith(`${definition.kind} `))
          .map((name) => warningsFor(name)),
      );
      expect(all.flat().join('\n')).toContain(
        'is recorded, and nothing acts on it in this release',
      );
    }
  });

  it('do not name a field that something acts on', async () => {
    const all = (await Promise.all([...golden.keys()].map((name) => warningsFor(name)))).flat();
    const enforced = Object.entries(enforcement).flatMap(([kind, fields]) =>
      Object.keys(fields).filter((path) => isEnforcedInCluster(kind, path)),
    );
    for (const path of enforced.filter((name) => name.includes('.'))) {
      expect(all.filter((text) => text.includes(`spec.${path} is recorded`))).toEqual([]);
    }
  });

  it('do not name a field that has its default', async () => {
    expect((await warningsFor('KarsSandbox minimal')).join('\n')).not.toContain(
      'sandbox.seccompProfile',
    );
    expect((await warningsFor('KarsSandbox hardened')).join('\n')).toContain(
      'sandbox.seccompProfile',
    );
  });

  it('name a value that counts as another one', async () => {
    const learning = (await warningsFor('KarsSandbox network')).join('\n');
    expect(learning).toContain('spec.networkPolicy.egressMode counts as Strict in this release');
    const openclaw = (await warningsFor('KarsSandbox openclaw')).join('\n');
    expect(openclaw).toContain('spec.runtime.kind counts as BYO in this release');
    expect((await warningsFor('KarsSandbox minimal')).join('\n')).not.toContain('counts as');
  });

  it('say that a resource needs an operator', async () => {
    for (const kind of ['TrustGraph', 'KarsEval']) {
      expect((await warningsFor(`${kind} minimal`)).join()).toContain('it needs an operator');
    }
    expect((await warningsFor('InferencePolicy minimal')).join()).not.toContain('operator');
  });

  it('say that a sandbox alone runs nothing, unless its objects were made with it', async () => {
    const manifest = golden.get('KarsSandbox minimal');
    if (manifest === undefined) throw new Error('there is no minimal sandbox');
    expect((await warningsFor('KarsSandbox minimal')).join()).toContain('nothing runs');
    expect((await warningsFor('EgressApproval minimal')).join()).toContain('nothing opens');
    const annotations = { 'kars.azure.com/realized': 'synth' };
    const realized = { ...manifest, metadata: { ...manifest.metadata, annotations } };
    const { warnings } = await cluster.admin.apply(realized, { dryRun: true });
    expect(warnings.join()).not.toContain('nothing runs');
  });

  it('exist for each field of a kind that nothing acts on', () => {
    for (const definition of kinds) {
      const fields = fieldsOf(definition)
        .map(({ path }) => formatPath(path))
        .filter((path) => !isEnforcedInCluster(definition.kind, path));
      const policy = JSON.stringify(
        unenforcedFieldWarnings().find(({ metadata }) => metadata.name.endsWith(definition.plural)),
      );
      for (const path of fields) expect(policy).toContain(`spec.${path} is recorded`);
    }
  });
});

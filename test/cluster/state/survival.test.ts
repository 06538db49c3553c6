import { readdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isReady } from '../node/pods.ts';
import { useNode } from '../node/use-node.ts';
import { disruptions, killContainers } from './disruptions.ts';
import { stateVolume, survive } from './survival.ts';
import { PAID_CALLS, startTraffic } from './traffic.ts';
import { Witness } from './witness.ts';

/** Such a call reached the provider. */
const isCharged = (outcome: string): boolean => outcome.startsWith('502 ');

describe('a sandbox with traffic', () => {
  const used = useNode();
  let witness: Witness;

  beforeAll(async () => {
    await startTraffic(used, 'busy');
    witness = new Witness('kars-busy');
  });

  /** What the calls of a model came to. */
  const paid = (): string[] =>
    witness
      .answers()
      .filter(({ kind }) => kind === 'paid')
      .map(({ outcome }) => outcome);

  afterAll(() => {
    (witness as Witness | undefined)?.close();
  });

  it.each(disruptions)('loses no record to $what', { timeout: 240_000 }, async (disruption) => {
    await survive(used.node, 'kars-busy', witness, disruption);
  });

  it('gets no token back that was charged', () => {
    const outcomes = paid();
    expect(outcomes.filter(isCharged).length).toBeGreaterThan(0);
    expect(outcomes.filter(isCharged).length).toBeLessThanOrEqual(PAID_CALLS);
    expect(outcomes.at(-1)).toBe('403 KARS_BUDGET_SPENT');
  });

  it('gets tokens back with the loss of the file that they are in (negative control)', async () => {
    const pod = await used.pod('kars-busy', isReady);
    const before = paid().filter(isCharged).length;
    const directory = join(await stateVolume(used.node, 'kars-busy'), 'router');
    // With the audit log beside it: without the database alone the router would not go on.
    const kept = readdirSync(directory).filter((name) => /^(budget\.|audit)/.test(name));
    for (const file of kept) renameSync(join(directory, file), join(directory, `gone-${file}`));
    await killContainers(pod, ['router']);
    await expect
      .poll(() => paid().filter(isCharged).length, { timeout: 60_000 })
      .toBeGreaterThan(before);
  }, 90_000);

  it('is seen to lose records that went with their file (negative control)', async () => {
    const run = survive(used.node, 'kars-busy', witness, {
      what: 'the loss of an audit log',
      happen: async (node, pod) => {
        const file = join(await stateVolume(node, 'kars-busy'), 'router', 'audit.jsonl');
        renameSync(file, `${file}.gone`);
        await killContainers(pod, ['router']);
      },
      passed: () => true,
    });
    await expect(run).rejects.toThrow('only grow');
  });
});

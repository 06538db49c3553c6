import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useNode } from '../node/use-node.ts';
import { disruptions, killContainers } from './disruptions.ts';
import { stateVolume, survive } from './survival.ts';
import { startTraffic } from './traffic.ts';
import { Witness } from './witness.ts';

describe('a sandbox with traffic', () => {
  const used = useNode();
  let witness: Witness;

  beforeAll(async () => {
    await startTraffic(used, 'busy');
    witness = new Witness('kars-busy');
  });

  afterAll(() => {
    (witness as Witness | undefined)?.close();
  });

  it.each(disruptions)('loses no record to $what', { timeout: 240_000 }, async (disruption) => {
    await survive(used.node, 'kars-busy', witness, disruption);
  });

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

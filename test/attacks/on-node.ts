import { mkdirSync, writeFileSync } from 'node:fs';
import { isSetUp } from '../cluster/is-set-up.ts';
import { nodeImages, takeNode } from '../cluster/node/use-node.ts';
import { faultsOf, renderMatrix, summaryOf } from './matrix.ts';
import { runAttacks } from './run.ts';

const PAGE = 'docs/security/attack-matrix.md';

type Say = (text: string) => void;

/** Runs every attack on a node of its own, and gives the exit code. */
export async function main(json: boolean, print: Say, progress: Say): Promise<number> {
  const state = isSetUp();
  if (!state.ready) {
    progress(`[KARS_ATTACKS_NODE] ${state.missing}; add it with: ${state.command}`);
    return 2;
  }
  const started = performance.now();
  const node = await takeNode('dual');
  try {
    const results = await runAttacks({ admin: node.admin, images: nodeImages() }, progress);
    const faults = faultsOf(results);
    if (json) {
      print(JSON.stringify({ results: results.map(plain), faults }));
    } else {
      for (const { attack, governed } of results) {
        const by = attack.stoppedBy.join(', ');
        print(`${governed.outcome.padEnd(10)} ${attack.title} (${by}): ${governed.detail}`);
      }
    }
    mkdirSync('docs/security', { recursive: true });
    writeFileSync(PAGE, renderMatrix(results));
    const seconds = Math.round((performance.now() - started) / 1000);
    progress(`${summaryOf(results)} ${seconds} s; wrote ${PAGE}`);
    for (const fault of faults) progress(`does not hold: ${fault}`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    await node.stop();
  }
}

/** A result as data. */
function plain({ attack, ...outcomes }: Awaited<ReturnType<typeof runAttacks>>[number]): object {
  const { id, area, title, stoppedBy } = attack;
  return { id, area, title, stoppedBy, ...outcomes };
}

import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { isSetUp } from '../cluster/is-set-up.ts';
import { nodeImages, takeNode } from '../cluster/node/use-node.ts';
import { faultsOf, renderMatrix, summaryOf } from './matrix.ts';
import { runAttacks } from './run.ts';

const PAGE = 'docs/security/attack-matrix.md';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });
const progress = (text: string): void => void process.stderr.write(`${text}\n`);

const state = isSetUp();
if (!state.ready) {
  progress(`[KARS_ATTACKS_NODE] ${state.missing}; add it with: ${state.command}`);
  process.exit(2);
}
const started = performance.now();
const node = await takeNode('dual');
try {
  const results = await runAttacks({ admin: node.admin, images: nodeImages() }, progress);
  const faults = faultsOf(results);
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ results: results.map(plain), faults })}\n`);
  } else {
    for (const { attack, governed } of results) {
      const by = attack.stoppedBy.join(', ');
      process.stdout.write(
        `${governed.outcome.padEnd(10)} ${attack.title} (${by}): ${governed.detail}\n`,
      );
    }
  }
  mkdirSync('docs/security', { recursive: true });
  writeFileSync(PAGE, renderMatrix(results));
  progress(
    `${summaryOf(results)} ${Math.round((performance.now() - started) / 1000)} s; wrote ${PAGE}`,
  );
  for (const fault of faults) progress(`does not hold: ${fault}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await node.stop();
}

/** A result as data. */
function plain({ attack, ...outcomes }: Awaited<ReturnType<typeof runAttacks>>[number]): object {
  const { id, area, title, stoppedBy } = attack;
  return { id, area, title, stoppedBy, ...outcomes };
}

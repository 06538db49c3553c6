import type { EgressEntry } from 'kars-constructs/contract';
import { decideUse, type ConnectionUse } from '../../../../runtime/egress-policy/decide-use.ts';
import type { EgressPolicy } from '../../../../runtime/egress-policy/decide.ts';

/**
 * Decides as fast as it can, and prints how many decisions that were in a second: `decisions.ts ENTRIES
 * MILLISECONDS`. A third of the targets has an entry of its own, a third that of a suffix, a third none.
 */
const [count = 0, milliseconds = 0] = process.argv.slice(2).map(Number);

const TARGETS = 999;
const PORT = 443;

const entries: EgressEntry[] = Array.from({ length: count }, (_, index) => ({
  host: index % 2 === 0 ? `site-${index}.bench.example` : `*.zone-${index}.bench.example`,
  port: PORT,
}));

const policy: EgressPolicy = {
  source: { kind: 'KarsSandbox', namespace: 'agents', name: 'bench' },
  allowlist: { entries },
};

const names = Array.from({ length: TARGETS }, (_, index) => {
  const even = Math.floor(((index / TARGETS) * count) / 2) * 2;
  const kinds = [
    `site-${even}.bench.example`,
    `api.zone-${even + 1}.bench.example`,
    `other-${index}.bench.example`,
  ];
  return kinds[index % kinds.length] ?? '';
});
const targets = names.map((host) => ({ host, port: PORT }));
const use: ConnectionUse = 'tls';

/** Decides every target once, and gives how many were allowed. */
const decideAll = (): number =>
  targets.filter((target) => decideUse(target, use, policy).allow).length;

const allowed = decideAll();
if (allowed !== (TARGETS / 3) * 2) throw new Error(`got ${allowed} of ${TARGETS} allowed`);
const decideFor = (most: number): number => {
  const began = performance.now();
  let decisions = 0;
  while (performance.now() - began < most) {
    decideAll();
    decisions += TARGETS;
  }
  return (decisions / (performance.now() - began)) * 1000;
};
// The compiler has to have seen it.
decideFor(milliseconds / 4);
process.stdout.write(`${JSON.stringify({ perSecond: decideFor(milliseconds) })}\n`);

import type { Posture, PromisePosture } from 'kars-constructs/contract';
import { oneLine } from '../printable.ts';
import { formatTable } from '../table.ts';

/** A posture as a table of promises, with what it opens and what weakens it. */
export function formatPosture({ sandbox, promises, reach }: Posture): string {
  const weaknesses = promises.flatMap(({ id, weakenedBy }) =>
    weakenedBy.map(({ field, what }) => oneLine(`  ${id}: ${field}: ${what}`)),
  );
  return [
    oneLine(`KarsSandbox ${sandbox}`),
    formatTable([['promise', 'state', 'what', 'how'], ...promises.map(row)]),
    'Opens',
    ...Object.entries(reach).map(
      ([what, list]) => `  ${what}: ${listed(list as readonly string[])}`,
    ),
    'Weakened by',
    ...(weaknesses.length === 0 ? ['  nothing'] : weaknesses),
  ].join('\n');
}

const row = ({ id, state, promise, by, missing }: PromisePosture): string[] => [
  id,
  state,
  promise,
  [...by, ...missing.map((what) => `not yet: ${what}`)].join('; '),
];

const listed = (list: readonly string[]): string =>
  list.length === 0 ? 'none' : oneLine(list.join(', '));

import { globSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Name, type and labels of each metric in a source, as it is made. */
const METRIC =
  /new (?<type>Counter|Gauge|Histogram)\(\{\s*name: '(?<name>kars_\w+)'(?<rest>[\s\S]*?)registers/g;

const inCode = globSync('runtime/**/*.ts', { exclude: ['**/node_modules/**', '**/dist/**'] })
  .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(METRIC)])
  .map(({ groups: { type = '', name = '', rest = '' } = {} }) => {
    const [, labels = ''] = /labelNames: \[([^\]]*)\]/.exec(rest) ?? [];
    return [name, type.toLowerCase(), labels.replaceAll("'", '')].join(' | ');
  });

const inPage = readFileSync('docs/metrics.md', 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `kars_'))
  .map((line) =>
    line
      .split('|')
      .slice(1, 4)
      .map((cell) => cell.trim().replaceAll('`', ''))
      .join(' | '),
  );

it('the page of metrics has each of them, with its type and labels, and no other', () => {
  expect(inCode.length).toBeGreaterThan(10);
  expect(inPage.toSorted()).toEqual(inCode.toSorted());
});

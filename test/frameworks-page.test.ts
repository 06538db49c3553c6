import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { frameworks } from './frameworks/frameworks.ts';
import { nameOf } from './frameworks/table.ts';

const page = readFileSync('docs/frameworks.md', 'utf8');

it('the page of frameworks has each in the version that is installed', () => {
  expect(frameworks.length).toBeGreaterThanOrEqual(8);
  const rows = page.split('\n').filter((line) => line.startsWith('| ') && line.includes('`'));
  expect(rows.map((row) => row.split('|')[1]?.trim())).toEqual(frameworks.map(nameOf));
});

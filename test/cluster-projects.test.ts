import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withoutNode } from '../vitest.config.ts';

const files = globSync('test/cluster/**/*.test.ts');
const beside = new Set(globSync(withoutNode));

describe('tests that run beside those of the node', () => {
  it('are some, and not all', () => {
    expect(beside.size).toBeGreaterThan(20);
    expect(files.length - beside.size).toBeGreaterThan(10);
  });

  it.each([...beside])('take no node: %s', (file) => {
    expect(readFileSync(file, 'utf8')).not.toMatch(/node\/(use-)?node\.ts'/);
  });
});

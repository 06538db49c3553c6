import { globSync, readFileSync } from 'node:fs';
import { httpHeaders } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';

const sources = globSync(['lib/**/*.ts', 'runtime/**/*.ts'], {
  exclude: ['**/node_modules/**', '**/dist/**', 'lib/contract/http-headers.ts'],
});

/** Names that only we, or client libraries, give a meaning. */
const OURS = /x-kars-[a-z-]+|x-should-retry|retry-after-ms|anthropic-(version|beta)/g;

describe('the table of headers', () => {
  it('is where their names stand, and no other file', () => {
    const elsewhere = sources.flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(OURS)].map(([name]) => `${file}: ${name}`),
    );
    expect(sources.length).toBeGreaterThan(100);
    expect(elsewhere).toEqual([]);
  });

  it.each(Object.entries(httpHeaders))('has %s, which something sets or reads', (member) => {
    const users = sources.filter((file) =>
      readFileSync(file, 'utf8').includes(`httpHeaders.${member}`),
    );
    expect(users).not.toEqual([]);
  });
});

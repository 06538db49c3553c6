import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { synthesizeExample } from './support/examples.ts';

describe.each(readdirSync('examples'))('the example %s', (example) => {
  it('synthesizes to these manifests', async () => {
    for (const [file, text] of synthesizeExample(example)) {
      // The definitions of the platform are tested by themselves, and would drown the rest.
      if (file.startsWith('platform')) continue;
      await expect(text).toMatchFileSnapshot(`__snapshots__/examples/${example}/${file}`);
    }
  });

  it('is short enough to read at once', () => {
    const lines = readFileSync(`examples/${example}/main.ts`, 'utf8').split('\n');
    const statements = lines.filter(
      (line) => line.trim() !== '' && !/^(import|} from|  \w+,$)/.test(line),
    );
    expect(statements.length).toBeLessThanOrEqual(25);
  });
});

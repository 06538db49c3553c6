import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { kars } from '../../support/kars.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { isReady } from '../node/pods.ts';
import { useNode } from '../node/use-node.ts';
import { startTraffic } from './traffic.ts';

/** What docs/operations.md says: node as the images have it, and a program in one word. */
const [, program = ''] =
  /bin\/node -e '([^']+)'/.exec(readFileSync('docs/operations.md', 'utf8')) ?? [];

const node = useNode();

beforeAll(async () => {
  await startTraffic(node, 'copied');
});

/** Of a copy: the exit code of the command, and whether there is anything in it. */
async function verifyCopy(name: string): Promise<{ code: number | null; empty: boolean }> {
  const pod = await node.pod('kars-copied', isReady);
  const { stdout } = await node.exec(pod, name, ['/usr/local/bin/node', '-e', program]);
  const copy = join(temporaryDirectory(), 'audit.jsonl');
  writeFileSync(copy, stdout);
  const { code } = await kars(['audit', 'verify', copy]);
  return { code, empty: stdout === '' };
}

it.each(['router', 'egress-proxy'])(
  'the log of %s is copied and verified as the docs say',
  async (name) => {
    // The last line of a copy may be one that was being written.
    await expect
      .poll(() => verifyCopy(name), { timeout: 60_000, interval: 500 })
      .toEqual({ code: 0, empty: false });
  },
  90_000,
);

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AllowlistSigners } from 'kars-constructs';
import { SignedAllowlist } from 'kars-constructs/signing';
import { temporaryDirectory } from '../../support/documents.ts';
import { kars } from '../../support/kars.ts';
import { cosignKeys, cosignSign, startRegistry } from './real-registry.ts';

/** The one line that a command prints. */
async function line(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await kars(args);
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  return stdout.trim();
}

test('a list goes from its file through registry and cosign into a sandbox', async () => {
  const repository = `${await startRegistry()}/policies/egress`;
  const [author, successor] = [await cosignKeys(), await cosignKeys()];
  const directory = temporaryDirectory();
  const [source, out] = [join(directory, 'egress-policy.yaml'), join(directory, 'egress.json')];
  writeFileSync(
    source,
    `repository: ${repository}\nallowedEndpoints: [{ host: api.example.com }]\n`,
  );
  expect(await line('policy', 'bump', source)).toContain('generation 1');
  const reference = await line('policy', 'push', source, '--plain-http');
  const pull = (...keys: readonly string[]) =>
    kars(['policy', 'pull', reference, '--plain-http', '--out', out, '--key', ...keys]);

  const unsigned = await pull(author.publicKey);
  expect([unsigned.code, unsigned.stderr]).toEqual([
    1,
    expect.stringContaining('KARS_ALLOWLIST_UNSIGNED'),
  ]);
  await cosignSign(author.key, reference);
  const stranger = await pull(successor.publicKey);
  expect([stranger.code, stranger.stderr]).toEqual([
    1,
    expect.stringContaining('KARS_ALLOWLIST_SIGNATURE'),
  ]);
  expect((await pull(successor.publicKey, author.publicKey)).stdout).toContain('signed by key 2');

  const verify = ['policy', 'verify', out, '--repository', repository, '--key'];
  expect(await line(...verify, author.publicKey)).toContain('generation 1, signed by key 1');
  const signers = AllowlistSigners.of({ keys: [readFileSync(author.publicKey, 'utf8')] });
  const signed = SignedAllowlist.fromFile(out, { repository, signers });
  expect(signed.validate()).toEqual([]);
  expect(signed.artifact).toMatchObject({ allowlist: { entries: [{ host: 'api.example.com' }] } });

  await cosignSign(successor.key, reference);
  expect((await pull(successor.publicKey)).code).toBe(0);
});

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { AllowlistSigners } from 'kars-constructs';
import { ALLOWLIST_V1_TYPE } from 'kars-constructs/contract';
import { SignedAllowlist } from 'kars-constructs/signing';
import { Registry } from '../../../runtime/cli/policy/registry.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { kars } from '../../support/kars.ts';
import { listOfV1, manifestOf } from '../../support/signing.ts';
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

test('a list of kars v0.1.x goes from registry and cosign into a sandbox', async () => {
  const repository = `${await startRegistry()}/policies/egress`;
  const author = await cosignKeys();
  const out = join(temporaryDirectory(), 'egress.json');
  const registry = new Registry(repository, { plainHttp: true });
  const list = listOfV1([['api.example.com', 443]]);
  await registry.putBlob('{}');
  await registry.putBlob(list);
  const manifest = manifestOf(list, ALLOWLIST_V1_TYPE);
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const reference = `${repository}@${await registry.putManifest(manifest, type)}`;
  const pull = () =>
    kars(['policy', 'pull', reference, '--plain-http', '--out', out, '--key', author.publicKey]);

  await cosignSign(author.key, reference);
  expect((await pull()).stderr).toContain('KARS_ALLOWLIST_UNSIGNED');
  const ofItsTime = ['--new-bundle-format=false', '--registry-referrers-mode', 'legacy'];
  await cosignSign(author.key, reference, ...ofItsTime);
  const pulled = await pull();
  expect([pulled.code, pulled.stdout]).toEqual([0, expect.stringContaining('signed by key 1')]);
  const signers = AllowlistSigners.of({ keys: [readFileSync(author.publicKey, 'utf8')] });
  const signed = SignedAllowlist.fromFile(out, { repository, signers });
  expect(signed.validate()).toEqual([]);
  expect(signed.artifact).toMatchObject({ allowlist: { entries: [{ host: 'api.example.com' }] } });
});

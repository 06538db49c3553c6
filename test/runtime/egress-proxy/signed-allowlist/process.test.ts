import { expect, test } from 'vitest';
import { AllowlistSigners } from 'kars-constructs';
import { encodeSigners } from 'kars-constructs/contract';
import { programArguments } from '../../../../runtime/cli/programs.ts';
import { spawnSync } from 'node:child_process';
import { projectDocuments } from '../../../support/documents.ts';
import { newSigner, REPOSITORY, signedBy } from '../../../support/signing.ts';
import { prepare, start } from '../process.ts';

const author = newSigner();

const signers = (pem = author.pem): string =>
  `--allowlist-signers=${encodeSigners(AllowlistSigners.of({ keys: [pem] }).policy)}`;

const repository = `--allowlist-repository=${REPOSITORY}`;

const allowlist = { entries: [{ host: 'site.example', port: 80 }] };

test('a process with signers enforces what was signed, and goes on with it when something else comes', async () => {
  const place = await prepare();
  const signed = signedBy(author, { allowlist });
  await projectDocuments(place.documents, {
    'egress-allowlist': allowlist,
    'signed-allowlist': signed,
  });
  const proxy = await start(place, signers(), repository);
  expect(await proxy.get('http://site.example/')).toBe(200);
  await projectDocuments(place.documents, { 'egress-allowlist': { entries: [] } });
  await expect
    .poll(async () => (await proxy.policyStatus()).set.last_error, { timeout: 10_000 })
    .toContain('KARS_ALLOWLIST_UNSIGNED');
  expect(await proxy.get('http://site.example/')).toBe(200);
});

test.each([
  ['a key that is none', '--allowlist-signers={"keys":[]}', repository],
  ['signers without a repository', signers(), ''],
  ['a repository that is none', signers(), '--allowlist-repository=https://a/b:1'],
  ['a repository without signers', '', repository],
])('a process does not start with %s', (_, ...more) => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...programArguments('egress-proxy'),
      '--sandbox=reader',
      '--status-host=127.0.0.1',
      ...more.filter((argument) => argument !== ''),
    ],
    { encoding: 'utf8' },
  );
  expect([status, stdout + stderr]).toEqual([2, expect.stringContaining('KARS_ARGUMENT_INVALID')]);
});

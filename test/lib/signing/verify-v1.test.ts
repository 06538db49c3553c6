import { describe, expect, it } from 'vitest';
import { AllowlistSigners, KarsImages } from 'kars-constructs';
import {
  ALLOWLIST_V1_TYPE,
  decodeAllowlistV1,
  type SignedAllowlistPayload,
} from 'kars-constructs/contract';
import { synthesize } from 'kars-constructs/testing';
import { verifyAllowlist } from 'kars-constructs/signing';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import {
  bundleOf,
  signedBy,
  listOfV1,
  newSigner,
  REPOSITORY,
  signedEgress,
  signedOfV1,
  simpleSignatureOf,
} from '../../support/signing.ts';

const [author, stranger] = [newSigner(), newSigner()];
const { policy: signers } = AllowlistSigners.of({ keys: [author.pem] });
const trust = { repository: REPOSITORY, signers };

const text = listOfV1([
  ['api.example.com', 443],
  ['api.example.com', 8443],
  ['plain.example.com', 80],
]);
const good = signedOfV1(author, text);
const digestOf = ({ reference }: SignedAllowlistPayload): string => reference.split('@')[1] ?? '';

const verified = (changes: Partial<SignedAllowlistPayload> = {}) =>
  verifyAllowlist({ ...good, ...changes }, trust);

/** The code of the refusal, and what it says. */
function refusal(changes: Partial<SignedAllowlistPayload>): string {
  const outcome = verified(changes);
  if (outcome.ok) return 'taken';
  return outcome.problems.map(({ code, message }) => `${code} ${message}`).join();
}

describe('a signed list of kars v0.1.x', () => {
  it('holds by key, with its generation and the entries that it means', () => {
    expect(verified()).toMatchObject({
      ok: true,
      value: {
        signer: 'key 1',
        artifact: {
          repository: REPOSITORY,
          generation: 1,
          allowlist: {
            entries: [
              { host: 'api.example.com', port: 443 },
              { host: 'api.example.com', port: 8443 },
              { host: 'plain.example.com', port: 80 },
            ],
          },
        },
      },
    });
  });

  it('is what a sandbox says, with its own type', () => {
    const app = synthesize((scope) => {
      KarsImages.local().attachTo(scope);
      sandboxIn(agentsChart(scope), { signedEgress: signedEgress(author, good) });
    });
    const sandbox = JSON.stringify(app.find('KarsSandbox', 'reader'));
    expect(sandbox).toContain(`"artifactType":"${ALLOWLIST_V1_TYPE}"`);
    expect(sandbox).toContain('"host":"plain.example.com","port":80');
  });

  it.each<[string, Partial<SignedAllowlistPayload>, string]>([
    ['without a signature', { simpleSignatures: [] }, 'KARS_ALLOWLIST_UNSIGNED'],
    [
      'with a bundle, which does not say for which repository it is',
      { simpleSignatures: [], bundles: [bundleOf(digestOf(good).slice(7), author)] },
      'KARS_ALLOWLIST_UNSIGNED',
    ],
    [
      'by a stranger',
      { simpleSignatures: [simpleSignatureOf(digestOf(good), stranger)] },
      'none of the 1 keys',
    ],
    [
      'for another repository',
      { simpleSignatures: [simpleSignatureOf(digestOf(good), author, `${REPOSITORY}-2`)] },
      `it is for ${REPOSITORY}-2`,
    ],
    [
      'about another manifest',
      { simpleSignatures: [simpleSignatureOf(`sha256:${'0'.repeat(64)}`, author)] },
      'it is about sha256:000',
    ],
    [
      'that is no statement about an image',
      { simpleSignatures: [simpleSignatureOf(digestOf(good), author, REPOSITORY, 'other')] },
      'no statement of cosign',
    ],
    [
      'of which a byte of the statement was changed',
      {
        simpleSignatures: (good.simpleSignatures ?? []).map(({ payload, signature }) => ({
          payload: `${payload} `,
          signature,
        })),
      },
      'none of the 1 keys',
    ],
    ['of which a byte was changed', { artifact: text.replace('8443', '8444') }, 'ALTERED'],
  ])('is refused %s', (_what, changes, expected) => {
    expect(refusal(changes)).toContain(expected);
  });

  it('is refused where only identities sign', () => {
    const root = '{}';
    const { policy } = AllowlistSigners.of({
      identities: [{ issuer: 'https://a.example', subject: 'b' }],
      trustedRoot: root,
    });
    const outcome = verifyAllowlist(good, { repository: REPOSITORY, signers: policy });
    expect(outcome.ok || outcome.problems[0]?.code).toBe('KARS_ALLOWLIST_SIGNATURE');
  });

  it('counts for no list of version 2', () => {
    const v2 = signedBy(author);
    const simpleSignatures = [simpleSignatureOf(digestOf(v2), author)];
    const outcome = verifyAllowlist({ ...v2, bundles: [], simpleSignatures }, trust);
    expect(outcome.ok || outcome.problems[0]?.code).toBe('KARS_ALLOWLIST_UNSIGNED');
  });
});

describe('the text of a list of kars v0.1.x', () => {
  it.each<[string, string]>([
    ['no endpoints', listOfV1([])],
    ['no end of its last line', text.slice(0, -1)],
    ['more behind its end', `${text}\n`],
    ['carriage returns', text.replaceAll('\n', '\r\n')],
    ['a comment', `# a\n${text}`],
    ['another kind', text.replace('EgressAllowlist', 'EgressApproval')],
    ['another version', text.replace('v1alpha1', 'v1alpha2')],
    ['no generation', text.replace(/ {2}generation: 1\n/, '')],
    ['a generation of 0', listOfV1([['a.example', 1]], 0)],
    ['a generation that no number is exact for', text.replace('1\nspec', '9999999999999999\nspec')],
    ['a further member', text.replace('port: 443', 'port: 443\n      protocol: tcp')],
    ['a quoted host', text.replace('plain.example.com', '"plain.example.com"')],
    ['a wildcard', listOfV1([['*.example.com', 443]])],
    ['an address', listOfV1([['10.0.0.1', 443]])],
    ['this machine', listOfV1([['localhost', 443]])],
    ['a host with a dot behind', listOfV1([['a.example.com.', 443]])],
    ['a host with two dots', listOfV1([['a..example.com', 443]])],
    ['no port', listOfV1([['a.example.com', 0]])],
    ['a port that is none', listOfV1([['a.example.com', 65_536]])],
    ['an endpoint twice', listOfV1([['a.example.com', 443], ['a.example.com', 443]])], // prettier-ignore
    ['endpoints in another order', listOfV1([['b.example.com', 443], ['a.example.com', 443]])], // prettier-ignore
    ['ports in another order', listOfV1([['a.example.com', 8443], ['a.example.com', 443]])], // prettier-ignore
  ])('is refused with %s', (_what, changed) => {
    const outcome = decodeAllowlistV1(changed, REPOSITORY);
    expect(outcome.ok || outcome.problems[0]?.code).toBe('KARS_ALLOWLIST_MALFORMED');
  });
});

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AllowlistSigners } from 'kars-constructs';
import {
  encodeAllowlistArtifact,
  signedAllowlistPayload,
  type SignedAllowlistPayload,
} from 'kars-constructs/contract';
import { verifyAllowlist } from 'kars-constructs/signing';
import {
  artifactOf,
  bundleOf,
  newSigner,
  REPOSITORY,
  signedBy,
  signedText,
  type Signer,
} from '../../support/signing.ts';

const [author, successor, stranger] = [newSigner(), newSigner(), newSigner()];

const trust = (...signers: readonly Signer[]) => ({
  repository: REPOSITORY,
  signers: AllowlistSigners.of({ keys: signers.map(({ pem }) => pem) }).policy,
});

/** The code of the first refusal, or the generation that was verified. */
function outcome(signed: SignedAllowlistPayload, by = trust(author)): string | number {
  const verified = verifyAllowlist(signed, by);
  return verified.ok ? verified.value.artifact.generation : (verified.problems[0]?.code ?? '');
}

const good = signedBy(author);
const digestOf = ({ reference }: SignedAllowlistPayload): string =>
  reference.split(':').at(-1) ?? '';

describe('a signed allow-list', () => {
  it('holds when one of the signers signed it, in whichever bundle', () => {
    expect(outcome(good)).toBe(1);
    expect(outcome(good, trust(stranger, author))).toBe(1);
    const twice = { ...good, bundles: [bundleOf(digestOf(good), stranger), ...good.bundles] };
    expect(outcome(twice)).toBe(1);
  });

  it('holds as cosign signs it', () => {
    const file = (name: string): string =>
      readFileSync(new URL(`cosign/${name}`, import.meta.url), 'utf8');
    const signed = signedAllowlistPayload.parse(JSON.parse(file('egress.json')));
    const repository = '127.0.0.1:5055/policies/egress';
    const { policy: signers } = AllowlistSigners.of({ keys: [file('cosign.pub')] });
    expect(outcome(signed, { repository, signers })).toBe(1);
    expect(outcome(signed, { repository, signers: trust(stranger).signers })).toBe(
      'KARS_ALLOWLIST_SIGNATURE',
    );
  });

  it('holds by either key while one takes over from the other, and not by one that was revoked', () => {
    expect(outcome(good, trust(author, successor))).toBe(1);
    expect(outcome(signedBy(successor), trust(author, successor))).toBe(1);
    expect(outcome(good, trust(successor))).toBe('KARS_ALLOWLIST_SIGNATURE');
  });

  it.each<[string, SignedAllowlistPayload, string]>([
    ['no signature', { ...good, bundles: [] }, 'KARS_ALLOWLIST_UNSIGNED'],
    ['the signature of a stranger', signedBy(stranger), 'KARS_ALLOWLIST_SIGNATURE'],
    [
      'the signature of another artifact',
      { ...good, bundles: signedBy(author, { generation: 2 }).bundles },
      'KARS_ALLOWLIST_SIGNATURE',
    ],
    [
      'a statement of another kind',
      { ...good, bundles: [bundleOf(digestOf(good), author, 'https://slsa.dev/provenance/v1')] },
      'KARS_ALLOWLIST_SIGNATURE',
    ],
    ['a bundle that is none', { ...good, bundles: ['{}'] }, 'KARS_ALLOWLIST_SIGNATURE'],
    [
      'another artifact under its manifest',
      { ...good, artifact: encodeAllowlistArtifact(artifactOf({ generation: 2 })) },
      'KARS_ALLOWLIST_ALTERED',
    ],
    [
      'another manifest under its digest',
      { ...good, manifest: signedBy(author, { generation: 2 }).manifest },
      'KARS_ALLOWLIST_ALTERED',
    ],
    ['the manifest of an image', signedManifest('image'), 'KARS_ALLOWLIST_ALTERED'],
    ['the manifest of two layers', signedManifest('layers'), 'KARS_ALLOWLIST_ALTERED'],
    [
      'a reference by tag',
      { ...good, reference: `${REPOSITORY}:latest` },
      'KARS_ALLOWLIST_REPOSITORY',
    ],
    [
      'a reference to another repository',
      signedBy(author, {}, 'registry.example.com/policies/other'),
      'KARS_ALLOWLIST_REPOSITORY',
    ],
    [
      'a copy of what was signed for another repository',
      signedBy(author, { repository: 'registry.example.com/policies/other' }),
      'KARS_ALLOWLIST_REPOSITORY',
    ],
    ['no JSON', signedText(author, 'a: 1\n'), 'KARS_ALLOWLIST_MALFORMED'],
    [
      'another spelling of JSON',
      signedText(author, JSON.stringify(artifactOf(), undefined, 2)),
      'KARS_ALLOWLIST_MALFORMED',
    ],
    [
      'a key that stands twice',
      signedText(author, encodeAllowlistArtifact(artifactOf()).replace('{', '{"generation":9,')),
      'KARS_ALLOWLIST_MALFORMED',
    ],
    [
      'entries in another order',
      signedBy(author, {
        allowlist: {
          entries: [
            { host: 'b.example.com', port: 443 },
            { host: 'a.example.com', port: 443 },
          ],
        },
      }),
      'KARS_ALLOWLIST_MALFORMED',
    ],
    ['a generation of zero', signedBy(author, { generation: 0 }), 'KARS_ALLOWLIST_MALFORMED'],
    [
      'a range with addresses that nobody may reach',
      signedBy(author, { allowlist: { entries: [{ cidr: '169.254.0.0/16', port: 80 }] } }),
      'KARS_ALLOWLIST_MALFORMED',
    ],
  ])('with %s is refused', (_, signed, code) => {
    expect(outcome(signed)).toBe(code);
  });

  it('is refused with any byte of it changed', () => {
    const fields = ['manifest', 'artifact', 'reference'] as const;
    const position = fc.constantFrom(...fields).chain((field) =>
      fc.record({
        field: fc.constant(field),
        at: fc.nat({ max: good[field].length - 1 }),
        to: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
      }),
    );
    fc.assert(
      fc.property(position, ({ field, at, to }) => {
        const text = `${good[field].slice(0, at)}${to}${good[field].slice(at + 1)}`;
        fc.pre(text !== good[field]);
        expect(outcome({ ...good, [field]: text })).toMatch(/^KARS_ALLOWLIST_/);
      }),
      { numRuns: 500 },
    );
  });
});

function signedManifest(kind: 'image' | 'layers'): SignedAllowlistPayload {
  const manifest = JSON.parse(good.manifest) as { artifactType?: string; layers: unknown[] };
  if (kind === 'image') delete manifest.artifactType;
  else manifest.layers.push(...manifest.layers);
  const text = JSON.stringify(manifest);
  const digest = createHash('sha256').update(text).digest('hex');
  return {
    ...good,
    manifest: text,
    reference: `${REPOSITORY}@sha256:${digest}`,
    bundles: [bundleOf(digest, author)],
  };
}

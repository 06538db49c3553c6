import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AllowlistSigners, type SigningIdentity } from 'kars-constructs';
import { signedAllowlistPayload } from 'kars-constructs/contract';
import { verifyAllowlist } from 'kars-constructs/signing';
import { newSigner, REPOSITORY } from '../../support/signing.ts';

const file = (name: string): string =>
  readFileSync(new URL(`identity/${name}`, import.meta.url), 'utf8');

/** Made with @sigstore/sign, and with the certificate authority and logs of @sigstore/mock. */
const signed = signedAllowlistPayload.parse(JSON.parse(file('egress.json')));

const root = file('trusted_root.json');

const workflow: SigningIdentity = {
  issuer: 'https://token.actions.githubusercontent.com',
  subject: 'https://github.com/example/policies/.github/workflows/sign.yml@refs/heads/main',
};

/** The signer of the list for these identities, or the refusal. */
function outcome(
  identities: readonly SigningIdentity[],
  trustedRoot = root,
  shipped = trustedRoot,
): string {
  const { policy: signers } = AllowlistSigners.of({ identities, trustedRoot });
  const payload = { ...signed, trustedRoot: shipped };
  const verified = verifyAllowlist(payload, { signers, repository: REPOSITORY });
  return verified.ok
    ? verified.value.signer
    : verified.problems.map(({ code, message }) => `${code} ${message}`).join();
}

describe('a list that an identity signed', () => {
  it('holds for that identity', () => {
    expect(outcome([workflow])).toBe(workflow.subject);
    expect(outcome([{ ...workflow, subject: 'other' }, workflow])).toBe(workflow.subject);
  });

  it.each<[string, SigningIdentity]>([
    ['another subject', { ...workflow, subject: workflow.subject.replace('main', 'dev') }],
    ['the beginning of the subject', { ...workflow, subject: workflow.subject.slice(0, -1) }],
    ['the end of the subject', { ...workflow, subject: workflow.subject.slice(1) }],
    ['a pattern that fits', { ...workflow, subject: '.*' }],
    [
      'a dot that stands for any character',
      { ...workflow, subject: workflow.subject.replace('github/', '.ithub/') },
    ],
    ['another issuer', { ...workflow, issuer: 'https://gitlab.com' }],
  ])('is refused for %s', (_, identity) => {
    expect(outcome([identity])).toContain('KARS_ALLOWLIST_SIGNATURE');
  });

  it('is refused where only keys sign', () => {
    const { policy: signers } = AllowlistSigners.of({ keys: [newSigner().pem] });
    const verified = verifyAllowlist(signed, { signers, repository: REPOSITORY });
    expect(JSON.stringify(verified)).toContain('identities sign nothing here');
  });

  it('is refused by a root that the signers do not name', () => {
    expect(outcome([workflow], root, root.replace('rekor', 'other'))).toContain('the signers name');
  });

  it('is refused without a root', () => {
    const { policy: signers } = AllowlistSigners.of({ identities: [workflow], trustedRoot: root });
    const verified = verifyAllowlist(signed, { signers, repository: REPOSITORY });
    expect(JSON.stringify(verified)).toContain('there is no trusted root');
  });

  it.each(['tlogs', 'ctlogs', 'certificateAuthorities'])(
    'is refused by a root without %s',
    (part) => {
      const less = JSON.stringify({ ...(JSON.parse(root) as object), [part]: [] });
      expect(outcome([workflow], less)).toContain('KARS_ALLOWLIST_SIGNATURE');
    },
  );

  it.each(['{', '[]', '{"tlogs":[{}]}'])('is refused by a root that is none: %s', (text) => {
    expect(outcome([workflow], text)).toContain('KARS_ALLOWLIST_SIGNATURE');
  });

  it('is refused without its entry in the log', () => {
    const [text = ''] = signed.bundles;
    const bundle = JSON.parse(text) as { verificationMaterial: { tlogEntries: unknown[] } };
    bundle.verificationMaterial.tlogEntries = [];
    const { policy: signers } = AllowlistSigners.of({ identities: [workflow], trustedRoot: root });
    const payload = { ...signed, trustedRoot: root, bundles: [JSON.stringify(bundle)] };
    const verified = verifyAllowlist(payload, { signers, repository: REPOSITORY });
    expect(JSON.stringify(verified)).toContain('KARS_ALLOWLIST_SIGNATURE');
  });

  it('is refused, and throws nothing, whatever its bundle holds', () => {
    const { policy: signers } = AllowlistSigners.of({ identities: [workflow], trustedRoot: root });
    const [text = ''] = signed.bundles;
    const bundle = JSON.parse(text) as object;
    const places = pathsOf(bundle);
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.jsonValue(), (path, value) => {
        const changed = structuredClone(bundle);
        if (!put(changed, path, value)) return;
        const payload = { ...signed, trustedRoot: root, bundles: [JSON.stringify(changed)] };
        const verified = verifyAllowlist(payload, { signers, repository: REPOSITORY });
        if (!verified.ok) expect(verified.problems[0]?.code).toBe('KARS_ALLOWLIST_SIGNATURE');
      }),
      { numRuns: 1000 },
    );
  });
});

/** The path of every value in a document. */
const pathsOf = (value: unknown, at: readonly string[] = []): (readonly string[])[] =>
  typeof value === 'object' && value !== null
    ? [at, ...Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...at, key]))]
    : [at];

/** Puts a value into a document; false where it was the same before. */
function put(document: object, path: readonly string[], value: unknown): boolean {
  const key = path.at(-1);
  const parent = path
    .slice(0, -1)
    .reduce<unknown>(
      (at, name) => (typeof at === 'object' && at !== null ? Reflect.get(at, name) : undefined),
      document,
    );
  if (key === undefined || typeof parent !== 'object' || parent === null) return false;
  if (JSON.stringify(Reflect.get(parent, key)) === JSON.stringify(value)) return false;
  return Reflect.set(parent, key, value);
}

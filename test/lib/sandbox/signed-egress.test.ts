import { Testing } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { AllowlistSigners, Egress, SandboxApprovals } from 'kars-constructs';
import type { Posture } from 'kars-constructs/contract';
import { synthesize } from 'kars-constructs/testing';
import { SignedAllowlist } from 'kars-constructs/signing';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';
import { newSigner, REPOSITORY, signedBy, signedEgress } from '../../support/signing.ts';

const author = newSigner();

const postureIn = (props: Parameters<typeof sandboxIn>[1]): Posture =>
  sandboxIn(agentsChart(Testing.app()), props).posture;

const problemsOf = (props: Parameters<typeof sandboxIn>[1]): string =>
  synthProblems((app) => {
    sandboxIn(agentsChart(app), props);
  });

describe('a sandbox with a signed allow-list', () => {
  const app = () =>
    synthesize((scope) => sandboxIn(agentsChart(scope), { signedEgress: signedEgress(author) }));

  it('shows what is signed, and where it comes from', () => {
    expect(app().find('KarsSandbox', 'reader')['spec']).toMatchObject({
      networkPolicy: {
        allowedEndpoints: [{ host: 'api.example.com', port: 443 }],
        allowlistRef: {
          registry: 'registry.example.com',
          repository: 'policies/egress',
          artifactType: 'application/vnd.kars.egress-allowlist.v2+json',
        },
      },
    });
  });

  it('says so in its posture', () => {
    const { reach } = postureIn({ signedEgress: signedEgress(author) });
    expect(reach.signedIn).toEqual([expect.stringMatching(`^${REPOSITORY}@sha256:`)]);
    expect(reach.approvals).toEqual([
      'hosts that the signed list names so on an open port, for up to 86400 seconds',
    ]);
    expect(postureIn({}).reach.signedIn).toEqual([]);
    expect(postureIn({ approvals: SandboxApprovals.none() }).reach.approvals).toEqual([]);
  });

  it('has its proxy take no other list', () => {
    const deployment = JSON.stringify(app().find('Deployment', 'reader'));
    expect(deployment).toContain(`"--allowlist-repository=${REPOSITORY}"`);
    expect(deployment).toContain('"--allowlist-signers={');
    expect(app().find('ConfigMap', 'kars-documents-signed-allowlist')).toBeDefined();
  });

  it('may repeat the list, and nothing else', () => {
    const signed = signedEgress(author);
    const listed = Egress.https('api.example.com');
    expect(problemsOf({ egress: [listed], signedEgress: signed })).toBe('');
    const more = problemsOf({
      egress: [listed, Egress.https('b.example.com')],
      signedEgress: signed,
    });
    expect(more).toContain('[KARS_ALLOWLIST_DIFFERS] egress: got b.example.com:443');
    expect(problemsOf({ egress: [], signedEgress: signed })).toContain(
      'got no api.example.com:443',
    );
    expect(problemsOf({ signedEgress: signed, blockedHosts: ['a.example.com'] })).toContain(
      'KARS_ALLOWLIST_DIFFERS',
    );
    expect(problemsOf({ signedEgress: signed, encryptedHello: 'outer' })).toContain(
      'KARS_ALLOWLIST_DIFFERS',
    );
  });

  it.each([
    ['that a stranger signed', signedBy(newSigner()), 'KARS_ALLOWLIST_SIGNATURE'],
    ['without a signature', { ...signedBy(author), bundles: [] }, 'KARS_ALLOWLIST_UNSIGNED'],
    ['that is none', {} as ReturnType<typeof signedBy>, 'KARS_ALLOWLIST_MALFORMED'],
  ])('is refused with a list %s', (_, payload, code) => {
    expect(problemsOf({ signedEgress: signedEgress(author, payload) })).toContain(code);
  });
});

describe('signers', () => {
  const problems = (options: Parameters<typeof AllowlistSigners.of>[0]): string[] =>
    AllowlistSigners.of(options)
      .validate('signers')
      .map(({ code, path }) => `${code} ${path}`);

  it.each([
    ['nobody', {}],
    ['a text that is no key', { keys: ['abc'] }],
    ['an identity without a root', { identities: [{ issuer: 'https://a', subject: 'b' }] }],
    [
      'a subject that the kubelet would expand',
      { identities: [{ issuer: 'https://a', subject: '$(A)' }], trustedRoot: '{}' },
    ],
  ])('are refused with %s', (_, options) => {
    expect(problems(options).join()).toContain('KARS_SIGNERS_INVALID');
  });

  it('never take a private key, of which a public one could be made', () => {
    const pem = author.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    expect(problems({ keys: [pem] })).toEqual(['KARS_SIGNERS_INVALID signers.keys[0]']);
  });

  it('are told at synth', () => {
    const signed = SignedAllowlist.fromFile('absent.json', {
      repository: REPOSITORY,
      signers: AllowlistSigners.of({}),
    });
    expect(problemsOf({ signedEgress: signed })).toContain('signedEgress');
  });
});

import { Duration, type App } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import {
  EgressLearning,
  KarsImages,
  KarsPlatform,
  type AdmissionProps,
  type KarsSandboxProps,
} from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { admissionProps } from '../../support/admission.ts';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';
import { newSigner, signedEgress } from '../../support/signing.ts';

const END = new Date('2026-01-31T09:00:00Z');
const learning = EgressLearning.until(END);

const build =
  (props: Partial<KarsSandboxProps>, admission: Partial<AdmissionProps> = {}) =>
  (app: App): void => {
    new KarsPlatform(app, 'platform', {
      images: KarsImages.local(),
      admission: { ...admissionProps, ...admission },
    });
    sandboxIn(agentsChart(app), props);
  };

const LEARN: Partial<AdmissionProps> = { loosestEgressMode: 'Learn' };

describe('a sandbox that learns', () => {
  it('says until when in its document, and in an argument of the proxy', () => {
    const app = synthesize((scope) => build({ learning }, LEARN)(scope));
    const document = JSON.stringify(app.find('ConfigMap', 'kars-documents-egress-allowlist'));
    expect(document).toContain('2026-01-31T09:00:00.000Z');
    expect(JSON.stringify(app.find('Deployment', 'reader'))).toContain(
      '"--learn-ceiling=2026-01-31T09:00:00.000Z"',
    );
  });

  it('opens the ports that it learns on, and no other', () => {
    const portsOf = (props: Partial<KarsSandboxProps>): string =>
      JSON.stringify(
        synthesize((scope) => build(props, LEARN)(scope)).find('NetworkPolicy', 'allow-public'),
      );
    expect(portsOf({})).not.toContain('"port":80,');
    expect(portsOf({ learning })).toContain('"port":80,');
    const ssh = EgressLearning.until(END, { ports: [22] });
    expect(portsOf({ learning: ssh })).toContain('"port":22,');
    expect(portsOf({ learning: ssh })).not.toContain('"port":80,');
  });

  it.each<[string, () => Partial<KarsSandboxProps>, Partial<AdmissionProps>, string]>([
    ['where the platform allows none', () => ({ learning }), {}, 'learning: got a time in which'],
    [
      'beside a list that is signed',
      () => ({ learning, signedEgress: signedEgress(newSigner()) }),
      LEARN,
      'KARS_ALLOWLIST_DIFFERS',
    ],
    [
      'on a platform with a time that is none',
      () => ({}),
      { ...LEARN, longestLearning: Duration.days(32) },
      '[KARS_EGRESS_LEARN] admission.longestLearning: got 2764800 seconds',
    ],
    [
      'without an end',
      () => ({ learning: EgressLearning.until(new Date('never')) }),
      LEARN,
      'KARS_EGRESS_LEARN',
    ],
    [
      'on no port',
      () => ({ learning: EgressLearning.until(END, { ports: [] }) }),
      LEARN,
      'networkPolicy.learn.ports',
    ],
  ])('is refused %s', (_what, props, admission, expected) => {
    expect(synthProblems(build(props(), admission))).toContain(expected);
  });
});

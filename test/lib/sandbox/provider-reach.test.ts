import {
  AllowlistSigners,
  InferencePolicy,
  KarsImages,
  KarsPlatform,
  ModelProvider,
  type ProviderAct,
} from 'kars-constructs';
import type { App, Chart } from 'cdk8s';
import { synthesize } from 'kars-constructs/testing';
import { describe, expect, it } from 'vitest';
import { admissionProps } from '../../support/admission.ts';
import { podOf } from '../../support/pod.ts';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';
import { newSigner, signedEgress } from '../../support/signing.ts';

const policyOf = (chart: Chart, providerReach: readonly ProviderAct[]): InferencePolicy =>
  new InferencePolicy(chart, 'models', {
    provider: ModelProvider.openAiCompatible({
      name: 'local',
      endpoint: 'https://models.example.com/v1',
    }),
    models: ['small'],
    providerReach,
  });

const build =
  (asked: readonly ProviderAct[], allowed?: readonly ProviderAct[]) =>
  (app: App): string => {
    new KarsPlatform(app, 'platform', {
      images: KarsImages.local(),
      admission: { ...admissionProps, ...(allowed && { providerReach: allowed }) },
    });
    const chart = agentsChart(app);
    const inferencePolicy = policyOf(chart, asked);
    return JSON.stringify(sandboxIn(chart, { inferencePolicy }).posture);
  };

describe('what providers may do for an agent', () => {
  it.each<[string, readonly ProviderAct[] | undefined]>([
    ['says nothing', undefined],
    ['names other things', ['FetchUrls']],
  ])('is refused where the platform %s', (_what, allowed) => {
    expect(synthProblems(build(['WebSearch'], allowed))).toContain(
      '[KARS_BELOW_FLOOR] inferencePolicy.providerReach: got WebSearch',
    );
  });

  it('is in the policy, in the arguments of the router, and in the posture', () => {
    let posture = '';
    const app = synthesize((scope) => {
      posture = build(['WebSearch', 'FetchUrls'], ['FetchUrls', 'WebSearch'])(scope);
    });
    const router = podOf(app).initContainers?.find(({ name }) => name === 'router');
    expect(router?.args).toContain('--provider-reach=FetchUrls,WebSearch');
    const document = app.find('ConfigMap', 'kars-documents-inference-policy');
    expect(JSON.stringify(document)).toContain('FetchUrls');
    expect(posture).toContain('WebSearch: the provider searches the web, which no proxy');
    expect(posture).toContain('FetchUrls: the provider fetches images and files by their URLs');
  });

  it('is no URL where the allow-list is signed, which the router does not check', () => {
    const problems = synthProblems((app) => {
      const chart = agentsChart(app);
      const inferencePolicy = policyOf(chart, ['FetchUrls', 'WebSearch']);
      sandboxIn(chart, { inferencePolicy, signedEgress: signedEgress(newSigner()) });
    });
    expect(problems).toContain(
      '[KARS_PROVIDER_REACH_UNSIGNED] inferencePolicy.providerReach: got FetchUrls beside',
    );
  });

  it('is no URL where the platform has every allow-list signed', () => {
    const problems = synthProblems((app) => {
      new KarsPlatform(app, 'platform', {
        images: KarsImages.local(),
        admission: {
          ...admissionProps,
          allowlistSigners: [AllowlistSigners.of({ keys: [newSigner().pem] })],
          providerReach: ['Mcp', 'WebSearch'],
        },
      });
    });
    expect(problems).toContain('[KARS_PROVIDER_REACH_UNSIGNED] admission.providerReach: got Mcp');
  });

  it('is nothing where nobody says so', () => {
    const app = synthesize((scope) => sandboxIn(agentsChart(scope)));
    expect(JSON.stringify(podOf(app))).not.toContain('--provider-reach');
  });
});

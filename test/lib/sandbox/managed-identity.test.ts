import {
  AzureIdentity,
  InferencePolicy,
  KarsImages,
  KarsPlatform,
  ModelProvider,
} from 'kars-constructs';
import type { App } from 'cdk8s';
import { synthesize } from 'kars-constructs/testing';
import { describe, expect, it } from 'vitest';
import { admissionProps } from '../../support/admission.ts';
import { podOf } from '../../support/pod.ts';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';

/** A sandbox whose provider has an identity of the nodes, on a platform that allows it or does not. */
const build =
  (managedIdentity?: boolean) =>
  (app: App): string => {
    new KarsPlatform(app, 'platform', {
      images: KarsImages.local(),
      admission: {
        ...admissionProps,
        ...(managedIdentity === undefined ? {} : { managedIdentity }),
      },
    });
    const chart = agentsChart(app);
    const credential = AzureIdentity.managed({ clientId: '11111111-2222-3333-4444-555555555555' });
    const provider = ModelProvider.azureOpenAi({ resource: 'mine', credential });
    const inferencePolicy = new InferencePolicy(chart, 'models', { provider, models: ['small'] });
    return JSON.stringify(sandboxIn(chart, { inferencePolicy }).posture);
  };

describe('an identity of the nodes', () => {
  it.each([undefined, false])('is refused where the platform allows it by %s', (allowed) => {
    expect(synthProblems(build(allowed))).toContain(
      '[KARS_BELOW_FLOOR] inferencePolicy.provider: got azure-openai with a managed identity of the nodes',
    );
  });

  it('opens the metadata service, and weakens what the posture says', () => {
    let posture = '';
    const app = synthesize((scope) => {
      posture = build(true)(scope);
    });
    expect(app.find('NetworkPolicy', 'allow-metadata')['spec']).toMatchObject({
      policyTypes: ['Egress'],
      egress: [
        {
          to: [{ ipBlock: { cidr: '169.254.169.254/32' } }],
          ports: [{ protocol: 'TCP', port: 80 }],
        },
      ],
    });
    expect(posture).toContain('InferencePolicy providers[0].managedIdentity');
    expect(posture).toContain('the packet rules alone keep the agent from it');
    expect(JSON.stringify(podOf(app))).not.toContain('serviceAccountToken');
  });

  it('is the only thing that opens it', () => {
    const app = synthesize((scope) => sandboxIn(agentsChart(scope)));
    expect(JSON.stringify(app.ofKind('NetworkPolicy').map(({ spec }) => spec))).not.toContain(
      '"cidr":"169.254.169.254/32"',
    );
  });
});

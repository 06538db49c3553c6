import { InferencePolicy, AzureIdentity, ModelProvider } from 'kars-constructs';
import { postureProblems, synthesize } from 'kars-constructs/testing';
import { describe, expect, it } from 'vitest';
import { podOf, synthesized } from '../../support/pod.ts';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import { withIdentity } from '../../support/sandbox-variants.ts';

const mounting = (app: ReturnType<typeof synthesized>, volume: string): string[] =>
  [...(podOf(app).initContainers ?? []), ...podOf(app).containers]
    .filter(({ volumeMounts = [] }) => volumeMounts.some(({ name }) => name === volume))
    .map(({ name, volumeMounts = [] }) => {
      const mount = volumeMounts.find((one) => one.name === volume);
      return `${name} ${mount?.mountPath ?? ''} ${mount?.readOnly === true ? 'ro' : 'rw'}`;
    });

describe('a sandbox whose provider has an identity', () => {
  const app = synthesized({ inferencePolicy: withIdentity() });

  it('has one token, for the exchange alone, and the router alone has it', () => {
    expect(
      podOf(app).volumes?.filter(({ projected }) =>
        projected?.sources?.some(({ serviceAccountToken }) => serviceAccountToken !== undefined),
      ),
    ).toEqual([
      {
        name: 'identity',
        projected: {
          defaultMode: 0o440,
          sources: [
            {
              serviceAccountToken: {
                audience: 'api://AzureADTokenExchange',
                expirationSeconds: 3600,
                path: 'public',
              },
            },
          ],
        },
      },
    ]);
    expect(mounting(app, 'identity')).toEqual(['router /run/kars/identity ro']);
    expect(mounting(app, 'credentials')).toEqual([]);
    expect(podOf(app).automountServiceAccountToken).toBe(false);
    expect(postureProblems(app)).toEqual([]);
  });

  it('asks no webhook of a cloud for a token, which every container would get', () => {
    expect(JSON.stringify(app.objects)).not.toContain('azure.workload.identity');
  });

  it('tells the router whom to ask for what', () => {
    expect(app.document('kars-reader', 'inference-policy').providers).toMatchObject([
      {
        endpoint: 'https://mine.openai.azure.com/openai/v1',
        credential: 'workload-identity',
        workloadIdentity: { tenantId: '99999999-2222-3333-4444-555555555555' },
      },
    ]);
  });

  it('has one token for all providers of a cloud', () => {
    const two = synthesize((scope) => {
      const chart = agentsChart(scope);
      const models = ['one', 'two'].map((name, index) => ({
        model: name,
        provider: ModelProvider.foundry({
          name,
          resource: name,
          credential: AzureIdentity.workload({
            tenantId: '99999999-2222-3333-4444-555555555555',
            clientId: `11111111-2222-3333-4444-55555555555${index}`,
          }),
        }),
      }));
      return sandboxIn(chart, { inferencePolicy: new InferencePolicy(chart, 'two', { models }) });
    });
    const volume = podOf(two).volumes?.find(({ name }) => name === 'identity');
    expect(volume?.projected?.sources).toHaveLength(1);
  });

  it('says the subject of its tokens', () => {
    let subject = '';
    synthesize((scope) => {
      const sandbox = sandboxIn(agentsChart(scope));
      subject = sandbox.tokenSubject;
      return sandbox;
    });
    expect(subject).toBe('system:serviceaccount:kars-reader:sandbox');
  });
});

describe('any other sandbox', () => {
  it('has no token', () => {
    expect(JSON.stringify(podOf(synthesized()))).not.toContain('serviceAccountToken');
  });
});

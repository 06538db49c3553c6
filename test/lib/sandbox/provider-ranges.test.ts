import { AzureIdentity, InferencePolicy, ModelProvider } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { describe, expect, it } from 'vitest';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';

/** The rules of a network policy of a sandbox with this provider. */
function rulesWith(provider: ModelProvider, policy: string): unknown {
  const app = synthesize((scope) => {
    const chart = agentsChart(scope);
    const models = new InferencePolicy(chart, 'models', { provider, models: ['small'] });
    return sandboxIn(chart, { inferencePolicy: models });
  });
  const found = app.ofKind('NetworkPolicy').find(({ metadata }) => metadata.name === policy);
  return (found?.['spec'] as { egress: unknown } | undefined)?.egress;
}

const tcp = (port: number): object => ({ protocol: 'TCP', port });

const inCluster = (ranges: readonly string[] | undefined): ModelProvider =>
  ModelProvider.openAiCompatible({
    name: 'ollama',
    endpoint: 'http://ollama.models.svc.cluster.local:11434/v1',
    ...(ranges === undefined ? {} : { ranges }),
  });

describe('the network policies for a provider', () => {
  it('in ranges open these at its port, and the public nowhere', () => {
    const provider = inCluster(['10.96.0.0/12', 'fd12::/64']);
    expect(rulesWith(provider, 'allow-ranges')).toEqual([
      {
        to: [{ ipBlock: { cidr: '10.96.0.0/12' } }, { ipBlock: { cidr: 'fd12::/64' } }],
        ports: [tcp(11434)],
      },
    ]);
    expect(rulesWith(provider, 'allow-public')).toEqual([]);
  });

  it('without ranges open its port to the public, and no range', () => {
    expect(rulesWith(inCluster(undefined), 'allow-ranges')).toBeUndefined();
    expect(rulesWith(inCluster(undefined), 'allow-public')).toMatchObject([
      { ports: [tcp(11434)] },
    ]);
  });

  it('with a private endpoint and an identity leave a way to the tokens', () => {
    const provider = ModelProvider.azureOpenAi({
      resource: 'mine',
      ranges: ['10.20.0.4/32'],
      credential: AzureIdentity.workload({
        tenantId: '99999999-2222-3333-4444-555555555555',
        clientId: '11111111-2222-3333-4444-555555555555',
      }),
    });
    expect(rulesWith(provider, 'allow-ranges')).toMatchObject([{ ports: [tcp(443)] }]);
    expect(rulesWith(provider, 'allow-public')).toMatchObject([{ ports: [tcp(443)] }]);
  });
});

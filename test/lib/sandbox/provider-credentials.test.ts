import { Secret } from 'cdk8s-plus-28';
import { ModelProvider } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { describe, expect, it } from 'vitest';
import { containerOf, podOf } from '../../support/pod.ts';
import { agentsChart, inferencePolicyIn, sandboxIn } from '../../support/sandbox.ts';

describe('a sandbox', () => {
  it('mounts the credential of the provider into the router alone', () => {
    const app = synthesize((scope) => {
      const chart = agentsChart(scope);
      const secret = Secret.fromSecretName(chart, 'secret', 'provider-key');
      const provider = ModelProvider.openAi({ credential: { secret, key: 'token' } });
      return sandboxIn(chart, { inferencePolicy: inferencePolicyIn(chart, { provider }) });
    });
    const mounts = (name: string): string[] =>
      (containerOf(app, name).volumeMounts ?? []).map(({ mountPath }) => mountPath);
    expect(mounts('router')).toContain('/run/kars/credentials');
    expect(mounts('egress-proxy')).not.toContain('/run/kars/credentials');
    expect(mounts('agent')).toEqual(['/sandbox', '/tmp', '/run/kars/launch']);
    expect(podOf(app).volumes).toContainEqual({
      name: 'credentials',
      projected: {
        defaultMode: 0o440,
        sources: [{ secret: { name: 'provider-key', items: [{ key: 'token', path: 'openai' }] } }],
      },
    });
    expect(JSON.stringify(containerOf(app, 'agent'))).not.toContain('provider-key');
  });

  it('mounts the credential of each of several providers, into the router alone', () => {
    const app = synthesize((scope) => {
      const chart = agentsChart(scope);
      const keyOf = (name: string) => ({
        secret: Secret.fromSecretName(chart, name, `${name}-key`),
        key: 'token',
      });
      const anthropic = ModelProvider.anthropic({ credential: keyOf('anthropic') });
      const models = ['gpt-4o-mini', { provider: anthropic, model: 'claude-sonnet-4-5' }];
      const provider = ModelProvider.openAi({ credential: keyOf('openai') });
      return sandboxIn(chart, { inferencePolicy: inferencePolicyIn(chart, { provider, models }) });
    });
    const volume = podOf(app).volumes?.find(({ name }) => name === 'credentials');
    expect(volume?.projected?.sources).toEqual(
      ['openai', 'anthropic'].map((name) => ({
        secret: { name: `${name}-key`, items: [{ key: 'token', path: name }] },
      })),
    );
    const mounting = [...(podOf(app).initContainers ?? []), ...podOf(app).containers]
      .filter(({ volumeMounts = [] }) => volumeMounts.some(({ name }) => name === 'credentials'))
      .map(({ name }) => name);
    expect(mounting).toEqual(['router']);
  });

  it('mounts the credential of a provider that only takes over', () => {
    const app = synthesize((scope) => {
      const chart = agentsChart(scope);
      const secret = Secret.fromSecretName(chart, 'secret', 'other-key');
      const other = ModelProvider.openAiCompatible({
        name: 'other',
        endpoint: 'https://other.example.com:8443/v1',
        credential: { secret, key: 'token' },
      });
      const fallbacks = [{ provider: other, model: 'medium' }];
      const models = [{ model: 'small', fallbacks }, 'large'];
      return sandboxIn(chart, { inferencePolicy: inferencePolicyIn(chart, { models }) });
    });
    expect(JSON.stringify(podOf(app).volumes)).toContain('other-key');
    expect(JSON.stringify(app.find('NetworkPolicy', 'allow-public'))).toContain('8443');
    expect(app.document('kars-reader', 'inference-policy').models).toEqual([
      {
        provider: 'local',
        deployment: 'small',
        fallbacks: [{ provider: 'other', deployment: 'medium' }],
      },
      { provider: 'local', deployment: 'large' },
    ]);
  });
});

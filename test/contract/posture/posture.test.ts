import { describe, expect, it } from 'vitest';
import {
  AgentRuntime,
  Egress,
  Inbound,
  ModelProvider,
  SandboxSecret,
  SandboxState,
  SandboxWorkspace,
  ToolPolicy,
  type KarsSandboxProps,
} from 'kars-constructs';
import type { Posture, PromiseId } from 'kars-constructs/contract';
import { Testing } from 'cdk8s';
import { PersistentVolumeClaim, Secret } from 'cdk8s-plus-28';
import { agentsChart, inferencePolicyIn, sandboxIn } from '../../support/sandbox.ts';

type Change = (chart: ReturnType<typeof agentsChart>) => Partial<KarsSandboxProps>;

const limited: Change = (chart) => ({
  inferencePolicy: inferencePolicyIn(chart, {
    name: 'limited',
    maxTokensPerRequest: 100,
    tokenBudget: { daily: 100_000 },
  }),
});

function postureWith(change: Change): Posture {
  const chart = agentsChart(Testing.app());
  return sandboxIn(chart, change(chart)).posture;
}

const weakened = ({ promises }: Posture): [PromiseId, string, string][] =>
  promises.flatMap(({ id, weakenedBy }) =>
    weakenedBy.map(({ field, what }): [PromiseId, string, string] => [id, field, what]),
  );

describe('the posture of a sandbox', () => {
  it('is weakened by nothing that the defaults say', () => {
    const posture = postureWith(limited);
    expect(weakened(posture)).toEqual([]);
    expect(Object.fromEntries(posture.promises.map(({ id, state }) => [id, state]))).toEqual({
      P1: 'held',
      P2: 'held',
      P3: 'held',
      P4: 'partly',
      P5: 'partly',
      P6: 'partly',
      P7: 'not yet',
      P8: 'partly',
      P9: 'held',
      P10: 'held',
      depth: 'held',
    });
  });

  it('says what the sandbox opens', () => {
    const { reach } = postureWith((chart) => ({
      ...limited(chart),
      toolPolicy: new ToolPolicy(chart, 'tools', { allowedTools: ['search'] }),
      egress: [Egress.https('api.example.com')],
      inbound: [Inbound.fromNamespace('apps', { port: 8080 })],
    }));
    expect(reach).toEqual({
      models: ['local/small', 'local/large'],
      tools: ['search'],
      providerActs: [],
      egress: ['api.example.com:443'],
      approvals: ['any host on an open port, for up to 86400 seconds'],
      signedIn: [],
      inbound: ['apps -> 8080'],
      secrets: [],
    });
  });

  it('says what takes over, and for what alone', () => {
    const anthropic = ModelProvider.anthropicCompatible({
      name: 'far',
      endpoint: 'https://far.example.com/v1',
    });
    const { reach } = postureWith((chart) => ({
      inferencePolicy: inferencePolicyIn(chart, {
        name: 'steady',
        models: [
          {
            model: 'small',
            fallbacks: [
              { model: 'large' },
              { provider: anthropic, model: 'claude' },
              { model: 'pro', api: 'responses' },
            ],
          },
          { model: 'pro', api: 'responses', fallbacks: [{ model: 'large' }] },
        ],
      }),
    }));
    expect(reach.models).toEqual([
      'local/small, else local/large, else far/claude for messages alone, else local/pro for chat, messages, responses alone',
      'local/pro, else local/large',
    ]);
  });

  it.each<[PromiseId, string, Change]>([
    ['P1', 'has token of Secret git-host, in GIT_TOKEN', (chart) => ({ secrets: [SandboxSecret.env('GIT_TOKEN', { secret: Secret.fromSecretName(chart, 'git', 'git-host'), key: 'token' })] })], // prettier-ignore
    ['P2', 'whoever else mounts the claim shared', (chart) => ({ workspace: SandboxWorkspace.existing(PersistentVolumeClaim.fromClaimName(chart, 'claim', 'shared')) })], // prettier-ignore
    ['depth', 'the next run finds', () => ({ workspace: SandboxWorkspace.persistent() })],
    ['P2', 'every pod of apps may connect to port 8080', () => ({ inbound: [Inbound.fromNamespace('apps', { port: 8080 })] })], // prettier-ignore
    ['P3', 'api.example.com:80 is plain HTTP', () => ({ egress: [Egress.http('api.example.com')] })], // prettier-ignore
    ['P3', '10.20.0.0/28:443 names no host', () => ({ egress: [Egress.cidr('10.20.0.0/28', 443)] })], // prettier-ignore
    ['P3', 'Outer: behind the name that is seen', () => ({ encryptedHello: 'outer' as const })], // prettier-ignore
    ['P3', '*.example.com:443 is every host below the suffix', () => ({ egress: [Egress.https('*.example.com')] })], // prettier-ignore
    ['P3', 'db.example.com:443-444 carries any protocol', () => ({ egress: [Egress.tcp('db.example.com', { from: 443, to: 444 })] })], // prettier-ignore
    ['P3', 'api.example.com:443 carries any protocol', () => ({ egress: [Egress.tcp('api.example.com', 443)] })], // prettier-ignore
    ['P3', 'api.example.com:8080 is plain HTTP', () => ({ egress: [Egress.http('api.example.com', { port: 8080 })] })], // prettier-ignore
    ['P3', 'db.example.com:5432 carries any protocol', () => ({ egress: [Egress.tcp('db.example.com', 5432)] })], // prettier-ignore
    ['P3', 'local is reached by plain HTTP', (chart) => ({ inferencePolicy: inferencePolicyIn(chart, { maxTokensPerRequest: 1, provider: ModelProvider.openAiCompatible({ name: 'local', endpoint: 'http://models.example.com/v1' }) }) })], // prettier-ignore
    ['P5', 'any number of output tokens', (chart) => ({ inferencePolicy: inferencePolicyIn(chart) })], // prettier-ignore
    ['P5', 'an eviction, which the agent can force', () => ({ state: SandboxState.ephemeral() })],
    ['P8', 'an eviction, which the agent can force', () => ({ state: SandboxState.ephemeral() })],
    ['depth', 'without rules about files', () => ({ isolation: 'standard' })],
    ['depth', 'calls that kars-strict refuses', () => ({ seccompProfile: 'RuntimeDefault' })],
  ])('is weakened: %s by what "%s"', (promise, text, change) => {
    const posture = postureWith((chart) => ({ ...limited(chart), ...change(chart) }));
    const found = weakened(posture).filter(([id, , what]) => id === promise && what.includes(text));
    expect(found).toHaveLength(1);
    expect(posture.promises.find(({ id }) => id === promise)?.state).toBe('weakened');
  });

  it('cannot be told of a sandbox that is refused', () => {
    const agent = AgentRuntime.container({ image: 'a', command: [] });
    expect(() => postureWith((chart) => ({ ...limited(chart), agent }))).toThrow('is refused');
  });
});

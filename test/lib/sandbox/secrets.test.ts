import { Secret, type SecretValue } from 'cdk8s-plus-28';
import { Testing, Chart } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { AgentRuntime, ModelProvider, SandboxSecret, type KarsSandboxProps } from 'kars-constructs';
import { postureProblems } from 'kars-constructs/testing';
import { expandSandbox } from '../../../lib/sandbox/expand.ts';
import { agentsChart, inferencePolicyIn, sandboxIn, synthProblems } from '../../support/sandbox.ts';
import { acceptedInput } from '../../support/input.ts';
import { containerOf, envOf, mountsOf, podOf, refusalsOf, synthesized } from '../../support/pod.ts';

const keyOf = (name: string, key: string): SecretValue => ({
  secret: Secret.fromSecretName(new Chart(Testing.app(), 'chart'), name, name),
  key,
});

const token = keyOf('git-host', 'token');

describe('a secret of the agent', () => {
  it('reaches it as a variable', () => {
    const agent = containerOf(
      synthesized({ secrets: [SandboxSecret.env('GIT_TOKEN', token)] }),
      'agent',
    );
    expect(agent.env).toContainEqual({
      name: 'GIT_TOKEN',
      valueFrom: { secretKeyRef: { name: 'git-host', key: 'token' } },
    });
    expect(mountsOf(agent)).not.toContain('/run/kars/secrets');
  });

  it('reaches it as a file that it can only read', () => {
    const app = synthesized({ secrets: [SandboxSecret.file('git.token', token)] });
    expect(containerOf(app, 'agent').volumeMounts).toContainEqual({
      name: 'secrets',
      mountPath: '/run/kars/secrets',
      readOnly: true,
    });
    expect(podOf(app).volumes).toContainEqual({
      name: 'secrets',
      projected: {
        defaultMode: 0o440,
        sources: [{ secret: { name: 'git-host', items: [{ key: 'token', path: 'git.token' }] } }],
      },
    });
  });

  it('reaches no other container', () => {
    const app = synthesized({
      secrets: [SandboxSecret.env('A', token), SandboxSecret.file('a', token)],
    });
    for (const name of ['egress-guard', 'router', 'egress-proxy']) {
      expect(JSON.stringify(containerOf(app, name))).not.toContain('git-host');
      expect(mountsOf(containerOf(app, name))).not.toContain('/run/kars/secrets');
    }
    expect(postureProblems(app)).toEqual([]);
  });

  it('is none unless it is named', () => {
    expect(podOf(synthesized()).volumes?.map(({ name }) => name)).not.toContain('secrets');
  });
});

describe('a secret of the agent is refused', () => {
  const refused = (...secrets: SandboxSecret[]): string => refusalsOf({ secrets });

  it('when it is one of the platform', () => {
    expect(refused(SandboxSecret.env('A', keyOf('kars-signing', 'key')))).toContain(
      'secrets[0].secretRef.name: got the Secret kars-signing, and names that begin with kars- are',
    );
  });

  it.each(['api-key', 'another-key'])(
    'when its Secret holds the credential of a provider, whatever the key: %s',
    (key) => {
      const problems = synthProblems((app) => {
        const chart = agentsChart(app);
        const provider = ModelProvider.openAi({ credential: keyOf('openai', 'api-key') });
        sandboxIn(chart, {
          inferencePolicy: inferencePolicyIn(chart, { provider }),
          secrets: [SandboxSecret.env('A', token), SandboxSecret.file('key', keyOf('openai', key))],
        });
      });
      expect(problems).toContain(
        '[KARS_SECRET_OF_PROVIDER] spec.secrets[1].secretRef.name: got the Secret openai, which holds the credential of the provider openai; supply another Secret',
      );
    },
  );

  it('when images are pulled with it', () => {
    const pullSecrets = [Secret.fromSecretName(new Chart(Testing.app(), 'chart'), 'p', 'registry')];
    const secrets = [SandboxSecret.file('config', keyOf('registry', '.dockerconfigjson'))];
    expect(refusalsOf({ pullSecrets, secrets })).toContain(
      '[KARS_SECRET_OF_PULL] spec.secrets[0].secretRef.name: got the Secret registry, which images are pulled with',
    );
  });

  it.each(['HTTPS_PROXY', 'openai_api_key', 'KARS_X', 'AZURE_CLIENT_SECRET'])(
    'in the variable %s',
    (variable) => {
      expect(refused(SandboxSecret.env(variable, token))).toContain(
        `[KARS_ENV_RESERVED] secrets[0].env: got ${variable}, which the sandbox sets itself`,
      );
    },
  );

  it.each(['..', '../x', 'a/b', '', '.hidden'])('in the file "%s"', (file) => {
    expect(refused(SandboxSecret.file(file, token))).toContain('spec.secrets[0].file');
  });

  it('in a variable that the agent has already', () => {
    const agent = AgentRuntime.container({ image: 'a', command: ['/a'], env: { TOKEN: 'x' } });
    expect(refusalsOf({ agent, secrets: [SandboxSecret.env('TOKEN', token)] })).toContain(
      '[KARS_ENV_RESERVED] spec.runtime.byo.env[0].name: got TOKEN, which an entry of secrets sets too',
    );
  });
});

describe('the variables of a manifest', () => {
  const problemsWith = (env: Record<string, unknown>[]): string => {
    const { problems } = expandSandbox(
      acceptedInput({
        runtime: { kind: 'BYO', byo: { image: 'a', contractVersion: 'v1', command: ['/a'], env } },
      }),
    );
    return problems.map(({ code, path }) => `${code} ${path}`).join('\n');
  };

  it('may have a value', () => {
    expect(problemsWith([{ name: 'A', value: '1' }])).toBe('');
  });

  it.each([
    ['a Secret', { secretKeyRef: { name: 'openai', key: 'api-key' } }],
    ['a ConfigMap', { configMapKeyRef: { name: 'kars-documents-set', key: 'set.json' } }],
    ['a field of the pod', { fieldRef: { fieldPath: 'status.hostIP' } }],
  ])('may not take it from %s', (_what, valueFrom) => {
    expect(problemsWith([{ name: 'A', valueFrom }])).toBe(
      'KARS_ENV_SOURCE spec.runtime.byo.env[0].valueFrom',
    );
  });

  it.each([{ name: 'https_proxy', value: 'http://x' }, { value: '1' }])(
    'may not be %j',
    (entry) => {
      expect(problemsWith([entry])).toBe('KARS_ENV_RESERVED spec.runtime.byo.env[0].name');
    },
  );
});

it('plain variables of the agent stay as they are', () => {
  const props: Partial<KarsSandboxProps> = { secrets: [SandboxSecret.env('A', token)] };
  const env = envOf(containerOf(synthesized(props), 'agent'));
  expect({ ...env, A: undefined }).toEqual(envOf(containerOf(synthesized(), 'agent')));
});

import { Chart, Testing } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import {
  AgentRuntime,
  Egress,
  Inbound,
  InferencePolicy,
  KarsImages,
  KarsSandbox,
  McpServer,
  ModelProvider,
  ToolPolicy,
} from 'kars-constructs';
import {
  agentsChart,
  inferencePolicyIn,
  localProvider,
  plainAgent,
  sandboxIn,
  synthProblems,
} from '../../support/sandbox.ts';

describe('a sandbox is refused at synth', () => {
  it.each([
    [0, 'got 0, supply a port from 1 to 65535'],
    [1.5, 'got 1.5, supply a port'],
    [8443, 'got 8443, which a sidecar listens on'],
    [9081, 'got 9081, which a sidecar listens on'],
    [5353, 'got 5353, which a sidecar listens on'],
  ])('with the inbound port %d', (port, expected) => {
    const problems = synthProblems((app) =>
      sandboxIn(agentsChart(app), { inbound: [Inbound.fromNamespace('apps', { port })] }),
    );
    expect(problems).toContain(`[KARS_INBOUND_PORT] inbound[0].port: ${expected}`);
  });

  it.each(['system', 'sre'])('with the reserved name %s', (name) => {
    const problems = synthProblems((app) => sandboxIn(agentsChart(app), { name }));
    expect(problems).toContain(`[KARS_NAME_RESERVED] name: got "${name}"`);
  });

  it.each(['Reader', 'a_b', '-a', 'a.b'])('with the name %s', (name) => {
    const problems = synthProblems((app) => sandboxIn(agentsChart(app), { name }));
    expect(problems).toContain('[KARS_NAME_INVALID] name: got');
  });

  it('with a name whose namespace would be too long', () => {
    const named = (length: number): string =>
      synthProblems((app) => sandboxIn(agentsChart(app), { name: 'n'.repeat(length) }));
    expect(named(58)).toBe('');
    expect(named(59)).toContain('[KARS_NAME_INVALID] name: got 59 characters, allowed 58');
  });

  it('with the name of another sandbox, even in another namespace', () => {
    const problems = synthProblems((app) => {
      sandboxIn(agentsChart(app));
      sandboxIn(new Chart(app, 'other', { namespace: 'elsewhere' }));
    });
    expect(problems).toContain(
      '[other/reader] [KARS_NAME_TAKEN] name: got namespace kars-reader a second time, chart/reader has it already',
    );
  });

  it('with policies of another namespace', () => {
    const problems = synthProblems((app) => {
      const elsewhere = new Chart(app, 'elsewhere', { namespace: 'elsewhere' });
      sandboxIn(agentsChart(app), {
        inferencePolicy: inferencePolicyIn(elsewhere),
        toolPolicy: new ToolPolicy(elsewhere, 'tools', { allowedTools: [] }),
        mcpServers: [new McpServer(elsewhere, 'mcp', { url: 'https://mcp.example.com' })],
      });
    });
    expect(problems).toContain(
      '[KARS_REFERENCE_NAMESPACE] inferencePolicy: got InferencePolicy elsewhere/models, supply one in the namespace agents',
    );
    expect(problems).toContain('[KARS_REFERENCE_NAMESPACE] toolPolicy:');
    expect(problems).toContain('[KARS_REFERENCE_NAMESPACE] mcpServers[0]:');
  });

  it('without images', () => {
    const problems = synthProblems((app) => sandboxIn(new Chart(app, 'chart')));
    expect(problems).toContain('[KARS_IMAGES_MISSING] images: got none, supply images');
  });

  it.each(['latest', 'sha256:abc', ''])('with the image digest "%s"', (digest) => {
    const problems = synthProblems((app) => {
      const chart = agentsChart(app);
      const other = `sha256:${'b'.repeat(64)}`;
      const digests = { router: digest, 'egress-proxy': other, guard: other };
      KarsImages.of({ registry: 'registry.example.com', digests }).attachTo(chart);
      sandboxIn(chart);
    });
    expect(problems).toContain(`[KARS_IMAGE_DIGEST] images.digests.router: got "${digest}"`);
  });

  it.each(['https://registry.example.com', 'registry.example.com/kars:1', 'Registry/kars', ''])(
    'with the image registry "%s"',
    (registry) => {
      const problems = synthProblems((app) => {
        const chart = agentsChart(app);
        const digest = `sha256:${'b'.repeat(64)}`;
        const digests = { router: digest, 'egress-proxy': digest, guard: digest };
        KarsImages.of({ registry, digests }).attachTo(chart);
        sandboxIn(chart);
      });
      expect(problems).toContain(`[KARS_IMAGE_REGISTRY] images.registry: got "${registry}"`);
    },
  );

  it.each([[[]], [['']], [['', 'x']]])('without a program in the command %j', (command) => {
    const agent = AgentRuntime.container({ image: 'a', command });
    const problems = synthProblems((app) => sandboxIn(agentsChart(app), { agent }));
    expect(problems).toContain('[KARS_COMMAND_MISSING] agent.command');
  });

  it.each([
    'HTTPS_PROXY',
    'no_proxy',
    'OPENAI_API_KEY',
    'OPENAI_BASE_URL',
    'ANTHROPIC_BASE_URL',
    'anthropic_auth_token',
    'KARS_X',
    'AZURE_CLIENT_ID',
  ])('with the environment variable %s', (name) => {
    const agent = AgentRuntime.container({ image: 'a', command: ['/a'], env: { [name]: 'x' } });
    const problems = synthProblems((app) => sandboxIn(agentsChart(app), { agent }));
    expect(problems).toContain(`[KARS_ENV_RESERVED] agent.env.${name}`);
  });

  it('with a document over the size limit, naming both numbers', () => {
    const egress = Array.from({ length: 20_000 }, (_, index) =>
      Egress.https(`host-${index}.a-rather-long-name.example.com`),
    );
    const problems = synthProblems((app) => sandboxIn(agentsChart(app), { egress }));
    expect(problems).toMatch(
      /\[KARS_DOCUMENT_TOO_LARGE\] egress-allowlist.json: got \d{7} bytes, allowed 921600/,
    );
  });

  it('with every problem of an app at once', () => {
    const problems = synthProblems((app) => {
      const chart = new Chart(app, 'chart');
      new KarsSandbox(chart, 'System', {
        agent: plainAgent,
        inferencePolicy: inferencePolicyIn(chart, { models: [] }),
        egress: [Egress.https('*'), Egress.tcp('a.example.com', 0)],
      });
    });
    for (const code of [
      'KARS_NAME_INVALID',
      'KARS_POLICY_WITHOUT_MODEL',
      'KARS_EGRESS_HOST',
      'KARS_EGRESS_PORT',
      'KARS_IMAGES_MISSING',
    ]) {
      expect(problems).toContain(code);
    }
  });

  it('by the real synthesis of cdk8s', () => {
    const app = Testing.app();
    sandboxIn(agentsChart(app), { name: 'system' });
    expect(() => {
      app.synth();
    }).toThrow('KARS_NAME_RESERVED');
  });
});

describe('an inference policy is refused at synth', () => {
  const problemsWith = (props: Partial<ConstructorParameters<typeof InferencePolicy>[2]>): string =>
    synthProblems((app) => inferencePolicyIn(agentsChart(app), props));

  it.each([-1, 0, 1.5, Number.NaN, 2 ** 60])('with the token limit %d', (maxTokensPerRequest) => {
    expect(problemsWith({ maxTokensPerRequest })).toContain(
      `[KARS_BUDGET_INVALID] maxTokensPerRequest: got ${maxTokensPerRequest}, supply a positive integer`,
    );
  });

  it.each([
    ['no URL', 'models.example.com'],
    ['another scheme', 'ftp://models.example.com'],
    ['user information', 'https://key@models.example.com'],
    ['a query', 'https://models.example.com?a=b'],
    ['an address literal', 'https://169.254.169.254/v1'],
    ['loopback', 'http://localhost/v1'],
  ])('with %s as endpoint', (_what, endpoint) => {
    const provider = ModelProvider.openAiCompatible({ name: 'local', endpoint });
    expect(problemsWith({ provider })).toContain('[KARS_PROVIDER_ENDPOINT] provider.endpoint: got');
  });

  it('with a model that nobody serves', () => {
    const props = { models: ['small', { provider: localProvider, model: 'large' }] };
    const problems = synthProblems((app) => new InferencePolicy(agentsChart(app), 'models', props));
    expect(problems).toBe(
      '[chart/models] [KARS_PROVIDER_UNKNOWN] models[0]: got "small" without a provider, supply one here, or provider for all of them',
    );
  });

  it('with two models that requests call the same', () => {
    const other = ModelProvider.openAiCompatible({ name: 'other', endpoint: 'https://x.example' });
    const again = { provider: other, model: 'small' };
    expect(problemsWith({ models: ['small', again] })).toContain(
      '[KARS_ID_DUPLICATE] models[1]: got the model "small" again, supply as for one of them',
    );
    expect(problemsWith({ models: ['small', { ...again, as: 'other-small' }] })).toBe('');
    expect(problemsWith({ models: ['small', { model: 'large', as: 'small' }] })).toContain(
      '[KARS_ID_DUPLICATE] models[1]',
    );
  });

  it('with two providers of one name, unless they are the same', () => {
    const named = (endpoint: string) => ModelProvider.openAiCompatible({ name: 'local', endpoint });
    expect(
      problemsWith({ models: ['small', { provider: named('https://x.example'), model: 'large' }] }),
    ).toContain(
      '[KARS_ID_DUPLICATE] providers[1]: got the provider "local" again, supply another name for one of them',
    );
    const same = named(localProvider.endpoint);
    expect(problemsWith({ models: ['small', { provider: same, model: 'large' }] })).toBe('');
  });

  it('with a target that nobody serves, which would take over', () => {
    const model = { provider: localProvider, model: 'small', fallbacks: [{ model: 'large' }] };
    const problems = synthProblems(
      (app) => new InferencePolicy(agentsChart(app), 'models', { models: [model] }),
    );
    expect(problems).toContain('[KARS_PROVIDER_UNKNOWN] models[0].fallbacks[0]: got "large"');
    expect(problemsWith({ models: [model] })).toBe('');
  });

  it('with an endpoint of the provider of one model', () => {
    const provider = ModelProvider.openAiCompatible({ name: 'x', endpoint: 'http://localhost/v1' });
    expect(problemsWith({ models: ['small', { provider, model: 'm' }] })).toContain(
      '[KARS_PROVIDER_ENDPOINT] models[1].provider.endpoint: got',
    );
  });

  it('with a provider name that no object could have', () => {
    const provider = ModelProvider.openAiCompatible({
      name: '../Local',
      endpoint: 'https://models.example.com',
    });
    expect(problemsWith({ provider })).toContain('[KARS_MANIFEST_INVALID] spec.providers[0].name');
  });

  it('with the name of another one', () => {
    const problems = synthProblems((app) => {
      const chart = agentsChart(app);
      inferencePolicyIn(chart);
      new InferencePolicy(chart, 'other', {
        name: 'models',
        provider: ModelProvider.openAiCompatible({ name: 'x', endpoint: 'https://x.example' }),
        models: ['m'],
      });
    });
    expect(problems).toContain('[KARS_NAME_TAKEN] name: got InferencePolicy agents/models');
  });
});

describe('an MCP server is refused at synth', () => {
  it.each(['mcp', 'stdio:///bin/mcp', 'https://10.0.0.1/mcp', 'https://localhost/mcp'])(
    'with the address %s',
    (url) => {
      const problems = synthProblems((app) => new McpServer(agentsChart(app), 'mcp', { url }));
      expect(problems).toContain('[KARS_EGRESS_HOST] url: got');
    },
  );
});

it('images are found from the nearest construct that has some', () => {
  const app = Testing.app();
  const digests = {
    router: `sha256:${'a'.repeat(64)}`,
    'egress-proxy': `sha256:${'b'.repeat(64)}`,
    guard: `sha256:${'c'.repeat(64)}`,
  };
  const own = KarsImages.of({ registry: 'registry.example.com', digests });
  KarsImages.local().attachTo(app);
  const chart = new Chart(app, 'chart');
  expect(KarsImages.find(chart)?.image('router')).toBe('localhost/kars-router:0.1.0');
  own.attachTo(chart);
  expect(KarsImages.find(chart)?.image('router')).toBe(
    `registry.example.com/kars-router@sha256:${'a'.repeat(64)}`,
  );
});

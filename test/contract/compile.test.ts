import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileEgressAllowlist,
  compileInferencePolicy,
  decodeKind,
  encode,
  payloadSchemas,
  type MemberKind,
  type PayloadOf,
} from 'kars-constructs/contract';

const appliesTo = { sandboxMatchLabels: { a: 'b' } };
const model = { provider: 'main', deployment: 'gpt-4o' };
const modelPreference = { primary: model, fallback: [] };
const providers = [{ name: 'main', endpoint: 'https://models.example.com/v1' }];

/** What a process makes of a payload. */
function read<K extends MemberKind>(kind: K, payload: PayloadOf<K>): unknown {
  const { body } = encode(kind, { kind: 'Any', namespace: 'agents', name: 'one' }, payload);
  const result = decodeKind(kind, body);
  return result.ok ? result.value.payload : result.problems;
}

describe('compiling an inference policy', () => {
  it('without models is refused', () => {
    expect(compileInferencePolicy({ appliesTo })).toMatchObject({
      ok: false,
      problems: [{ code: 'KARS_POLICY_WITHOUT_MODEL', path: 'spec.modelPreference' }],
    });
  });

  it.each(['', 'models', 'ftp://models.example.com', 'javascript:alert(1)'])(
    'with the endpoint "%s" is refused',
    (endpoint) => {
      const both = [...providers, { name: 'bad', endpoint }];
      expect(compileInferencePolicy({ appliesTo, modelPreference, providers: both })).toMatchObject(
        {
          ok: false,
          problems: [{ code: 'KARS_PROVIDER_ENDPOINT', path: 'spec.providers[1].endpoint' }],
        },
      );
    },
  );

  it('with a model of a provider that it does not have is refused', () => {
    const other = { primary: model, fallback: [{ provider: 'other', deployment: 'gpt-4o-mini' }] };
    const message = 'got "other", supply one that spec.providers has: main';
    expect(compileInferencePolicy({ appliesTo, modelPreference: other, providers })).toEqual({
      ok: false,
      problems: [
        {
          path: 'spec.modelPreference.fallback[0].provider',
          code: 'KARS_PROVIDER_UNKNOWN',
          message,
        },
      ],
    });
    expect(compileInferencePolicy({ appliesTo, modelPreference })).toMatchObject({ ok: false });
  });

  it('with two models that requests call the same is refused, until one has an alias', () => {
    const twice = (again: object) =>
      compileInferencePolicy({
        appliesTo,
        modelPreference: { primary: model, fallback: [{ ...model, ...again }] },
        providers,
      });
    const code = 'KARS_ID_DUPLICATE';
    for (const again of [{}, { alias: 'gpt-4o' }, { deployment: 'x', alias: 'gpt-4o' }]) {
      const path = 'spec.modelPreference.fallback[0]';
      expect(twice(again)).toMatchObject({ ok: false, problems: [{ code, path }] });
    }
    expect(twice({ alias: 'again' })).toMatchObject({
      ok: true,
      value: { models: [model, { ...model, alias: 'again' }] },
    });
  });

  it('with a model by responses alone is refused at a provider that has none', () => {
    const byResponses = { ...model, api: 'responses' as const };
    const anthropic = providers.map((one) => ({ ...one, api: 'anthropic' as const }));
    const compiled = (primary: object, served: typeof providers) =>
      compileInferencePolicy({
        appliesTo,
        modelPreference: { primary: { ...model, ...primary }, fallback: [] },
        providers: served,
      });
    for (const primary of [byResponses, { ...model, fallbacks: [byResponses] }]) {
      expect(compiled(primary, providers)).toMatchObject({
        ok: true,
        value: { models: [primary] },
      });
    }
    const problem = {
      path: 'spec.modelPreference.primary.api',
      code: 'KARS_MODEL_API',
      message:
        'got "responses" of a provider that speaks the API of anthropic, supply a provider that speaks that of openai, or no api',
    };
    expect(compiled(byResponses, anthropic)).toEqual({ ok: false, problems: [problem] });
    expect(compiled({ fallbacks: [byResponses] }, anthropic)).toMatchObject({
      problems: [{ ...problem, path: 'spec.modelPreference.primary.fallbacks[0].api' }],
    });
  });

  describe('with targets that take over', () => {
    const small = { provider: 'main', deployment: 'gpt-4o-mini' };
    const compiled = (primary: object, fallback: object[] = []) =>
      compileInferencePolicy({
        appliesTo,
        modelPreference: { primary: { ...model, ...primary }, fallback: fallback as never },
        providers,
      });

    it('is refused where nobody serves one', () => {
      const fallbacks = [small, { provider: 'other', deployment: 'gpt-4o' }];
      const path = 'spec.modelPreference.primary.fallbacks[1].provider';
      const problems = [{ code: 'KARS_PROVIDER_UNKNOWN', path }];
      expect(compiled({ fallbacks })).toMatchObject({ ok: false, problems });
    });

    it('gives each model its own', () => {
      expect(compiled({ fallbacks: [small] }, [{ ...small, fallbacks: [model] }])).toMatchObject({
        ok: true,
        value: {
          models: [
            { ...model, fallbacks: [small] },
            { ...small, fallbacks: [model] },
          ],
        },
      });
    });

    it('gives the first model the others where a manifest says nothing, and none where it says so', () => {
      expect(compiled({}, [small])).toMatchObject({
        ok: true,
        value: { models: [{ ...model, fallbacks: [small] }, small] },
      });
      const none = compiled({ fallbacks: [] }, [small]);
      expect(none).toMatchObject({ ok: true, value: { models: [model, small] } });
      expect(JSON.stringify(none)).not.toContain('fallbacks');
    });
  });

  it('gives what a process reads, or is refused', () => {
    const text = fc.oneof(fc.string(), fc.webUrl(), fc.constant('https://a.example.com/v1'));
    const name = fc.constantFrom('a', 'b', 'c');
    const target = fc.record({ provider: name, deployment: fc.string({ minLength: 1 }) });
    const ref = fc.record(
      {
        provider: name,
        deployment: fc.string({ minLength: 1 }),
        alias: fc.string({ minLength: 1 }),
        fallbacks: fc.array(target, { maxLength: 8 }),
      },
      { requiredKeys: ['provider', 'deployment'] },
    );
    const spec = fc.record({
      appliesTo: fc.constant(appliesTo),
      modelPreference: fc.record({ primary: ref, fallback: fc.array(ref, { maxLength: 12 }) }),
      providers: fc.array(fc.record({ name, endpoint: text }), { maxLength: 3 }),
      tokenBudget: fc.record({
        perRequestTokens: fc.option(fc.maxSafeNat()),
        hourlyTokens: fc.option(fc.maxSafeNat()),
        dailyTokens: fc.option(fc.maxSafeNat()),
        monthlyTokens: fc.option(fc.maxSafeNat()),
      }),
    });
    fc.assert(
      fc.property(spec, (value) => {
        const compiled = compileInferencePolicy(value);
        if (compiled.ok) expect(read('inference-policy', compiled.value)).toEqual(compiled.value);
      }),
    );
  });
});

describe('compiling endpoints', () => {
  it('gives port 443 where none is named', () => {
    const endpoints = [{ host: 'a.example.com' }, { cidr: '10.20.0.0/28' }];
    expect(compileEgressAllowlist({ allowedEndpoints: endpoints })).toEqual({
      ok: true,
      value: {
        entries: [
          { cidr: '10.20.0.0/28', port: 443 },
          { host: 'a.example.com', port: 443 },
        ],
      },
    });
  });

  it('is refused for a range that no sandbox may reach, with its place', () => {
    const endpoints = [{ host: 'a.example.com' }, { cidr: '0.0.0.0/0', port: 443 }];
    expect(compileEgressAllowlist({ allowedEndpoints: endpoints })).toMatchObject({
      ok: false,
      problems: [{ path: 'spec.networkPolicy.allowedEndpoints[1].cidr', code: 'KARS_EGRESS_CIDR' }],
    });
  });

  it('lets the outer name of a ClientHello decide only where it is said', () => {
    const payloadWith = (encryptedHello?: 'Refuse' | 'Outer'): unknown =>
      compileEgressAllowlist({ encryptedHello });
    const strict = { ok: true, value: { entries: [] } };
    expect([payloadWith(), payloadWith('Refuse')]).toEqual([strict, strict]);
    expect(payloadWith('Outer')).toEqual({
      ok: true,
      value: { entries: [], encryptedHello: 'outer' },
    });
  });

  it('has blocked hosts once and in order, and refuses what no host could be', () => {
    const blockedHosts = ['b.example.com', '*.a.example.com', 'b.example.com'];
    expect(compileEgressAllowlist({ blockedHosts })).toEqual({
      ok: true,
      value: { entries: [], blockedHosts: ['*.a.example.com', 'b.example.com'] },
    });
    for (const pattern of ['*', '*.com', 'https://a.example', '10.0.0.1', 'A.example', '']) {
      expect(compileEgressAllowlist({ blockedHosts: [pattern] })).toMatchObject({
        ok: false,
        problems: [{ path: 'spec.networkPolicy.blockedHosts[0]', code: 'KARS_EGRESS_HOST' }],
      });
    }
  });

  it('leaves out what says the same as its absence', () => {
    const endpoints = [
      { host: 'a.example.com', port: 443, endPort: 443, protocol: 'tls' as const },
      { host: 'b.example.com', port: 1, endPort: 79, protocol: 'tcp' as const },
      { host: 'b.example.com', port: 80, http: { methods: ['GET' as const, 'GET' as const] } },
      { host: 'c.example.com', port: 80, endPort: 81, protocol: 'tcp' as const },
    ];
    expect(compileEgressAllowlist({ allowedEndpoints: endpoints })).toEqual({
      ok: true,
      value: {
        entries: [
          { host: 'a.example.com', port: 443 },
          { host: 'b.example.com', port: 1, endPort: 79 },
          { host: 'b.example.com', port: 80, http: { methods: ['GET'] } },
          { host: 'c.example.com', port: 80, endPort: 81, protocol: 'tcp' },
        ],
      },
    });
  });

  it.each([
    [
      'rules for requests where TLS is spoken',
      [{ host: 'a.example.com', http: {} }],
      'KARS_EGRESS_HTTP',
    ],
    [
      'two protocols',
      [{ host: 'a.example.com' }, { host: 'a.example.com', protocol: 'tcp' as const }],
      'KARS_EGRESS_PROTOCOL',
    ],
    [
      'two protocols in a part of two ranges',
      [
        { host: 'a.example.com', port: 1, endPort: 500, protocol: 'tcp' as const },
        { host: 'a.example.com', port: 400, endPort: 600 },
      ],
      'KARS_EGRESS_PROTOCOL',
    ],
    ['a suffix of one label', [{ host: '*.com' }], 'KARS_EGRESS_HOST'],
    ['port 0', [{ host: 'a.example.com', port: 0 }], 'KARS_EGRESS_PORT'],
  ])('is refused with %s, and no process reads it', (_what, endpoints, code) => {
    expect(compileEgressAllowlist({ allowedEndpoints: endpoints })).toMatchObject({
      ok: false,
      problems: [{ code }],
    });
    const entries = endpoints.map(({ port = 443, ...rest }: { readonly port?: number }) => ({
      port,
      ...rest,
    }));
    expect(payloadSchemas['egress-allowlist'].safeParse({ entries }).success).toBe(false);
  });

  it('does not depend on order and repetition, and gives what a process reads', () => {
    const host = fc.stringMatching(/^[a-z]{1,8}$/).map((label) => `${label}.example.com`);
    const port = fc.integer({ min: 1, max: 65_535 });
    const cidr = fc.integer({ min: 0, max: 255 }).map((byte) => `10.20.${byte}.0/24`);
    const endpoint = fc.oneof(
      fc.record({ host, port }, { requiredKeys: ['host'] }),
      fc.record({ cidr, port }, { requiredKeys: ['cidr'] }),
    );
    fc.assert(
      fc.property(fc.array(endpoint, { maxLength: 20 }), (endpoints) => {
        const one = compileEgressAllowlist({ allowedEndpoints: endpoints });
        expect(
          compileEgressAllowlist({ allowedEndpoints: [...endpoints, ...endpoints].reverse() }),
        ).toEqual(one);
        expect(one.ok && read('egress-allowlist', one.value)).toEqual(one.ok && one.value);
      }),
    );
  });
});

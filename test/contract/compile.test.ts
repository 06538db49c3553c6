import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileEgressAllowlist,
  compileInferencePolicy,
  compileToolPolicy,
  decodeKind,
  encode,
  type MemberKind,
  type PayloadOf,
} from 'kars-constructs/contract';

const appliesTo = { sandboxMatchLabels: { a: 'b' } };
const model = { provider: 'main', deployment: 'gpt-4o' };
const modelPreference = { primary: model, fallback: [] };

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

  it('with a limit of nothing is refused, which must not read as no limit', () => {
    const tokenBudget = { perRequestTokens: 0 };
    expect(compileInferencePolicy({ appliesTo, modelPreference, tokenBudget })).toMatchObject({
      ok: false,
      problems: [{ code: 'KARS_BUDGET_INVALID', path: 'spec.tokenBudget.perRequestTokens' }],
    });
  });

  it.each(['', 'models', 'ftp://models.example.com', 'javascript:alert(1)'])(
    'with the endpoint "%s" is refused',
    (endpoint) => {
      const providers = [
        { name: 'good', endpoint: 'https://models.example.com/v1' },
        { name: 'bad', endpoint },
      ];
      expect(compileInferencePolicy({ appliesTo, modelPreference, providers })).toMatchObject({
        ok: false,
        problems: [{ code: 'KARS_PROVIDER_ENDPOINT', path: 'spec.providers[1].endpoint' }],
      });
    },
  );

  it('gives what a process reads, or is refused', () => {
    const text = fc.oneof(fc.string(), fc.webUrl(), fc.constant('https://a.example.com/v1'));
    const name = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const ref = fc.record({ provider: name, deployment: fc.string({ minLength: 1 }) });
    const spec = fc.record({
      appliesTo: fc.constant(appliesTo),
      modelPreference: fc.record({ primary: ref, fallback: fc.array(ref, { maxLength: 3 }) }),
      providers: fc.array(fc.record({ name, endpoint: text }), { maxLength: 3 }),
      tokenBudget: fc.record({ perRequestTokens: fc.option(fc.maxSafeNat()) }),
    });
    fc.assert(
      fc.property(spec, (value) => {
        const compiled = compileInferencePolicy(value);
        if (compiled.ok) expect(read('inference-policy', compiled.value)).toEqual(compiled.value);
      }),
    );
  });
});

describe('compiling a tool policy', () => {
  it('without a list of tools is refused, with an empty list it is not', () => {
    expect(compileToolPolicy({ appliesTo })).toMatchObject({
      ok: false,
      problems: [{ code: 'KARS_POLICY_WITHOUT_TOOLS', path: 'spec.allowedTools' }],
    });
    expect(compileToolPolicy({ appliesTo, allowedTools: [] })).toEqual({
      ok: true,
      value: { allowedTools: [] },
    });
  });

  it('does not depend on order and repetition, and gives what a process reads', () => {
    const tools = fc.array(fc.string({ minLength: 1, maxLength: 50 }), { maxLength: 20 });
    fc.assert(
      fc.property(tools, (allowedTools) => {
        const one = compileToolPolicy({ appliesTo, allowedTools });
        const other = [...allowedTools, ...allowedTools].reverse();
        expect(compileToolPolicy({ appliesTo, allowedTools: other })).toEqual(one);
        if (one.ok) expect(read('tool-policy', one.value)).toEqual(one.value);
      }),
    );
  });
});

describe('compiling endpoints', () => {
  it('gives port 443 where none is named', () => {
    const endpoints = [{ host: 'a.example.com' }, { cidr: '10.20.0.0/28' }];
    expect(compileEgressAllowlist(endpoints)).toEqual({
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
    expect(compileEgressAllowlist(endpoints)).toMatchObject({
      ok: false,
      problems: [{ path: 'spec.networkPolicy.allowedEndpoints[1].cidr', code: 'KARS_EGRESS_CIDR' }],
    });
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
        const one = compileEgressAllowlist(endpoints);
        expect(compileEgressAllowlist([...endpoints, ...endpoints].reverse())).toEqual(one);
        expect(one.ok && read('egress-allowlist', one.value)).toEqual(one.ok && one.value);
      }),
    );
  });
});

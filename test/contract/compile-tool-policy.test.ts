import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileToolPolicy,
  decodeKind,
  encode,
  type ToolPolicyPayload,
} from 'kars-constructs/contract';

const appliesTo = { sandboxMatchLabels: { a: 'b' } };

/** What a process makes of a payload. */
function read(payload: ToolPolicyPayload): unknown {
  const source = { kind: 'ToolPolicy', namespace: 'agents', name: 'one' };
  const result = decodeKind('tool-policy', encode('tool-policy', source, payload).body);
  return result.ok ? result.value.payload : result.problems;
}

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

  const compile = (more: object) =>
    compileToolPolicy({ appliesTo, allowedTools: ['a', 'b'], ...more });

  it('about one tool allows no other', () => {
    const about = (tool: string, allowedTools: string[]) =>
      compile({ appliesTo: { ...appliesTo, tool }, allowedTools });
    expect(about('a', ['a', 'b'])).toMatchObject({ value: { allowedTools: ['a'] } });
    expect(about('a', ['*'])).toMatchObject({ value: { allowedTools: ['a'] } });
    expect(about('c', ['a', 'b'])).toMatchObject({ value: { allowedTools: [] } });
    expect(about('*', ['a', 'b'])).toMatchObject({ value: { allowedTools: ['a', 'b'] } });
  });

  it.each<[object, object[] | undefined]>([
    [{ rps: 2 }, [{ calls: 2, seconds: 1 }, { calls: 120, seconds: 60 }]], // prettier-ignore
    [{ rps: 2, burst: 9, window: '10s' }, [{ calls: 9, seconds: 1 }, { calls: 20, seconds: 10 }]], // prettier-ignore
    [{ burst: 5, window: '1h' }, [{ calls: 5, seconds: 3600 }]],
    [{}, undefined],
    [{ rps: 0 }, undefined],
    [{ rps: 1, burst: 0 }, undefined],
    [{ window: '1m' }, undefined],
    [{ rps: 1, window: 'soon' }, undefined],
    [{ rps: 1000, window: '24h' }, undefined],
  ])('has bounds for the rate %j', (rateLimit, rateBounds) => {
    const code = 'KARS_POLICY_RATE';
    expect(compile({ rateLimit })).toMatchObject(
      rateBounds === undefined ? { ok: false, problems: [{ code }] } : { value: { rateBounds } },
    );
  });

  it('has humans approve every call where they would some, and refuses other words', () => {
    for (const mode of ['always', 'aboveThreshold']) {
      expect(compile({ approval: { mode } })).toMatchObject({ value: { approval: 'always' } });
    }
    expect(compile({ approval: { mode: 'never' } })).toEqual(compile({}));
    expect(compile({ approval: { mode: 'auto' } })).toMatchObject({
      problems: [{ code: 'KARS_POLICY_APPROVAL', path: 'spec.approval.mode' }],
    });
  });

  it('judges a profile that is JSON, and leaves other YAML to the router', () => {
    const inline = (text: string) => compile({ agtProfile: { inline: text } });
    const good = JSON.stringify({ version: '1.0', policies: [] });
    expect(inline(good)).toMatchObject({ value: { profile: good } });
    expect(inline('version: "1.0"')).toMatchObject({ value: { profile: 'version: "1.0"' } });
    const code = 'KARS_PROFILE_INVALID';
    expect(inline('{"version":"2.0"}')).toMatchObject({ problems: [{ code }] });
    expect(inline('x'.repeat(300_000))).toMatchObject({ problems: [{ code }] });
  });

  it('does not depend on order and repetition, and gives what a process reads', () => {
    const tools = fc.array(fc.string({ minLength: 1, maxLength: 50 }), { maxLength: 20 });
    fc.assert(
      fc.property(tools, (allowedTools) => {
        const one = compileToolPolicy({ appliesTo, allowedTools });
        const other = [...allowedTools, ...allowedTools].reverse();
        expect(compileToolPolicy({ appliesTo, allowedTools: other })).toEqual(one);
        if (one.ok) expect(read(one.value)).toEqual(one.value);
      }),
    );
  });
});

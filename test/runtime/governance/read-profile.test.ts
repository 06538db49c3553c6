import { describe, expect, it } from 'vitest';
import { readProfiles } from '../../../runtime/governance/read-profile.ts';

const rule = `
  - name: tools
    type: capability
    allowed_actions: ['tool:search', 'tool:read_*']
    priority: 10
`;

const profile = `version: "1.0"\nagent: base\npolicies:${rule}`;

describe('a profile', () => {
  it('is read from YAML, from JSON, and from several documents', () => {
    const one = readProfiles(profile);
    expect(one).toMatchObject({
      ok: true,
      value: [{ agent: 'base', policies: [{ priority: 10 }] }],
    });
    if (!one.ok) return;
    expect(readProfiles(JSON.stringify(one.value[0]))).toEqual(one);
    expect(readProfiles(`${profile}---\n${profile}`)).toMatchObject({
      value: [...one.value, ...one.value],
    });
    expect(readProfiles(profile.replace('"1.0"', '1.0')).ok).toBe(true);
  });

  it.each<[string, string]>([
    ['nothing', ''],
    ['no object', 'tools'],
    ['another version', profile.replace('1.0', '2.0')],
    ['a shape that documents show and nobody reads', 'version: 1\nrules: [{ effect: allow }]'],
    ['a key that stands twice', `${profile}version: "1.0"\n`],
    ['an alias', `version: "1.0"\npolicies: &a [*a]`],
    ['a tag', `version: !!js/function "1.0"\npolicies: []`],
    ['a condition, which nobody checks', `${profile}    conditions: { hour: 9 }\n`],
    ['a type that nobody knows', profile.replace('capability', 'trust')],
    ['a star in the middle', profile.replace('tool:read_*', 'tool:*_all')],
    [
      'a window without a unit',
      'version: "1.0"\npolicies: [{ name: r, type: rate_limit, max_calls: 1, window: "60" }]',
    ],
    [
      'a bound of none',
      'version: "1.0"\npolicies: [{ name: r, type: rate_limit, max_calls: 0, window: 1m }]',
    ],
    [
      'bounds of more calls than there is memory for',
      JSON.stringify({
        version: '1.0',
        policies: Array.from({ length: 11 }, (_one, index) => ({
          name: `rate-${index}`,
          type: 'rate_limit',
          max_calls: 100_000,
          window: '1h',
        })),
      }),
    ],
    ['broken YAML', 'version: ['],
    ['one good and one bad document', `${profile}---\nx: 1\n`],
    ['a hundred documents', `${profile}---\n`.repeat(100)],
  ])('is refused when it is %s', (_what, text) => {
    expect(readProfiles(text)).toMatchObject({
      ok: false,
      problems: [{ code: 'KARS_PROFILE_INVALID' }],
    });
  });
});

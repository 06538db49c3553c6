import { describe, expect, it } from 'vitest';
import { decideLookup } from '../../../runtime/egress-policy/decide-lookup.ts';

const policy = {
  source: { kind: 'KarsSandbox', namespace: 'agents', name: 'reader' },
  allowlist: {
    entries: [
      { host: 'api.example.com', port: 443 },
      { host: '*.cdn.example.com', port: 8000, endPort: 8010 },
      { host: '*.eu.cdn.example.com', port: 22 },
      { host: 'own.cdn.example.com', port: 22 },
      { cidr: '10.20.0.0/28', port: 5432 },
    ],
  },
};

describe('a decision about a lookup', () => {
  it('denies all without a policy', () => {
    expect(decideLookup('api.example.com', undefined)).toMatchObject({
      allow: false,
      code: 'KARS_POLICY_UNAVAILABLE',
    });
  });

  it.each([
    ['another name', 'evil.example.com'],
    ['a name below a listed one', 'a.api.example.com'],
    ['the name above a listed one', 'example.com'],
    ['a name with a listed one at its end', 'notapi.example.com'],
    ['the suffix itself', 'cdn.example.com'],
    ['a name with a suffix at its end', 'evilcdn.example.com'],
    ['an address in a range', '10.20.0.1'],
  ])('denies %s, and names the entry to add', (_what, name) => {
    expect(decideLookup(name, policy)).toEqual({
      allow: false,
      code: 'KARS_EGRESS_NOT_ALLOWED',
      rule: 'KarsSandbox agents/reader egress',
      reason: `no entry names ${name}`,
      cure: `add an entry for "${name}" and its port to the egress of KarsSandbox agents/reader`,
    });
  });

  it.each([
    ['its own entry', 'api.example.com', 'api.example.com'],
    ['a suffix', 'a.b.cdn.example.com', '*.cdn.example.com'],
    ['its longest suffix', 'a.eu.cdn.example.com', '*.eu.cdn.example.com'],
    ['its own entry before a suffix', 'own.cdn.example.com', 'own.cdn.example.com'],
  ])('allows a name by %s, whatever the port', (_what, name, entry) => {
    expect(decideLookup(name, policy)).toEqual({
      allow: true,
      rule: `KarsSandbox agents/reader egress { host: "${entry}" }`,
      entry,
    });
  });
});

import { describe, expect, it } from 'vitest';
import { decideEgress } from '../../../runtime/egress-policy/decide.ts';

const source = { kind: 'KarsSandbox', namespace: 'agents', name: 'reader' };
const policy = { source, allowlist: { entries: [{ host: 'api.example.com', port: 443 }] } };

describe('an egress decision', () => {
  it('allows a listed host and port, by the entry', () => {
    expect(decideEgress({ host: 'api.example.com', port: 443 }, policy)).toEqual({
      allow: true,
      rule: 'KarsSandbox agents/reader egress { host: "api.example.com", port: 443 }',
    });
  });

  it.each([
    ['another port', 'api.example.com', 22],
    ['another host', 'evil.example.com', 443],
    ['a host below a listed one', 'a.api.example.com', 443],
    ['the host above a listed one', 'example.com', 443],
    ['a host with a listed one at its end', 'notapi.example.com', 443],
  ])('denies %s, and names the entry to add', (_what, host, port) => {
    expect(decideEgress({ host, port }, policy)).toEqual({
      allow: false,
      code: 'KARS_EGRESS_NOT_ALLOWED',
      rule: 'KarsSandbox agents/reader egress',
      reason: `no entry names ${host} port ${port}`,
      cure: `add { host: "${host}", port: ${port} } to the egress of KarsSandbox agents/reader`,
    });
  });

  it('denies everything without a policy', () => {
    expect(decideEgress({ host: 'api.example.com', port: 443 }, undefined)).toMatchObject({
      allow: false,
      code: 'KARS_POLICY_UNAVAILABLE',
    });
  });
});

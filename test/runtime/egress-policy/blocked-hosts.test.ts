import { describe, expect, it } from 'vitest';
import { approvedHosts } from '../../../runtime/egress-policy/approved-hosts.ts';
import { decideLookup } from '../../../runtime/egress-policy/decide-lookup.ts';
import { decideEgress, type EgressPolicy } from '../../../runtime/egress-policy/decide.ts';

const source = { kind: 'KarsSandbox', namespace: 'agents', name: 'reader' };

const entries = [{ host: '*.example.com', port: 443 }];

const approval = {
  source: { kind: 'EgressApproval', namespace: 'agents', name: 'once' },
  hosts: [{ host: 'files.example.org', port: 443 }],
};

const policy: EgressPolicy = {
  source,
  allowlist: {
    entries,
    blockedHosts: ['*.ads.example.com', 'tracker.example.com', 'files.example.org'],
  },
  approved: approvedHosts([approval], false),
};

const connect = (host: string, by = policy) => {
  const decision = decideEgress({ host, port: 443 }, by);
  return decision.allow ? 'allowed' : decision.code;
};

const lookup = (name: string, by = policy) => {
  const decision = decideLookup(name, by);
  return decision.allow ? 'allowed' : decision.code;
};

describe('a blocked host', () => {
  it.each([
    ['tracker.example.com', 'KARS_EGRESS_BLOCKED'],
    ['a.ads.example.com', 'KARS_EGRESS_BLOCKED'],
    ['b.a.ads.example.com', 'KARS_EGRESS_BLOCKED'],
    ['files.example.org', 'KARS_EGRESS_BLOCKED'],
    ['ads.example.com', 'allowed'],
    ['x.tracker.example.com', 'allowed'],
    ['my-ads.example.com', 'allowed'],
    ['elsewhere.example.org', 'KARS_EGRESS_NOT_ALLOWED'],
  ])('%s: %s, whatever entries and approvals say', (host, outcome) => {
    expect(connect(host)).toBe(outcome);
    expect(lookup(host)).toBe(outcome);
  });

  it('is allowed without its line (negative control)', () => {
    const open = { ...policy, allowlist: { entries } };
    for (const host of ['tracker.example.com', 'a.ads.example.com', 'files.example.org']) {
      expect(connect(host, open)).toBe('allowed');
      expect(lookup(host, open)).toBe('allowed');
    }
  });

  it('is named by the denial, with what would have to change', () => {
    expect(decideEgress({ host: 'a.ads.example.com', port: 443 }, policy)).toMatchObject({
      rule: 'KarsSandbox agents/reader blocked host "*.ads.example.com"',
      cure: 'take "*.ads.example.com" from the blockedHosts of KarsSandbox agents/reader',
    });
  });
});

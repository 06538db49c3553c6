import { Chart, Duration } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { Egress, EgressApproval, type EgressApprovalProps } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';

type Change = Partial<Omit<EgressApprovalProps, 'sandbox'>>;

const approval = {
  hosts: [Egress.https('api.example.com')],
  reason: 'incident 7',
  approvedAt: new Date('2026-01-31T09:00:00Z'),
  ttl: Duration.hours(4),
};

const problemsWith = (change: Change): string =>
  synthProblems((app) => {
    const chart = agentsChart(app);
    new EgressApproval(chart, 'once', { sandbox: sandboxIn(chart), ...approval, ...change });
  });

describe('an egress approval', () => {
  it('reaches its sandbox as a document with an absolute end', () => {
    const app = synthesize((scope) => {
      const chart = agentsChart(scope);
      new EgressApproval(chart, 'once', {
        sandbox: sandboxIn(chart),
        ...approval,
        ticket: 'OPS-7',
      });
    });
    const { data } = app.find('ConfigMap', 'kars-declared-approvals') as {
      data?: Record<string, string>;
    };
    expect(JSON.parse(data?.['once.json'] ?? '')).toEqual({
      schemaVersion: 1,
      kind: 'egress-approval',
      source: { kind: 'EgressApproval', namespace: 'agents', name: 'once' },
      payload: {
        sandbox: 'reader',
        hosts: [{ host: 'api.example.com', port: 443 }],
        reason: 'incident 7',
        ticket: 'OPS-7',
        approvedAt: '2026-01-31T09:00:00Z',
        expiresAt: '2026-01-31T13:00:00Z',
      },
    });
  });

  it('is the same with an end instead of a duration', () => {
    const withEnd = synthesize((scope) => {
      const chart = agentsChart(scope);
      const { ttl, ...rest } = approval;
      const expiresAt = new Date(approval.approvedAt.getTime() + ttl.toMilliseconds());
      new EgressApproval(chart, 'once', { sandbox: sandboxIn(chart), ...rest, expiresAt });
    });
    const withDuration = synthesize((scope) => {
      const chart = agentsChart(scope);
      new EgressApproval(chart, 'once', { sandbox: sandboxIn(chart), ...approval });
    });
    const of = (app: typeof withEnd): unknown =>
      app.find('ConfigMap', 'kars-declared-approvals')['data'];
    expect(of(withEnd)).toEqual(of(withDuration));
  });

  it('is recorded with the name of its sandbox and an ISO 8601 duration', () => {
    const app = synthesize((scope) => {
      const chart = agentsChart(scope);
      return new EgressApproval(chart, 'once', { sandbox: sandboxIn(chart), ...approval });
    });
    expect(app.find('EgressApproval', 'once')['spec']).toEqual({
      sandbox: 'reader',
      hosts: [{ host: 'api.example.com', port: 443 }],
      reason: 'incident 7',
      approvedAt: '2026-01-31T09:00:00Z',
      ttl: 'PT4H',
    });
  });

  it.each([
    ['no host', { hosts: [] }, 'spec.hosts must contain between 1 and 16 entries'],
    ['a wildcard', { hosts: [Egress.https('*.example.com')] }, 'KARS_EGRESS_HOST'],
    [
      'a range',
      { hosts: [Egress.cidr('10.20.0.0/28', 443)] },
      'got 10.20.0.0/28:443, supply one host and one port',
    ],
    [
      'a range of ports',
      { hosts: [Egress.tcp('a.example.com', { from: 80, to: 81 })] },
      'got a.example.com:80-81, supply one host and one port',
    ],
    ['port 0', { hosts: [Egress.tcp('a.example.com', 0)] }, 'KARS_EGRESS_PORT'],
    ['longer than the sandbox allows', { ttl: Duration.hours(25) }, 'got 90000 seconds, and reader allows 86400'], // prettier-ignore
    ['a port that no network policy opens', { hosts: [Egress.tcp('a.example.com', 22)] }, 'KARS_APPROVAL_INVALID'], // prettier-ignore
    ['the same, said so', { hosts: [Egress.tcp('a.example.com', 22)] }, 'do not open port 22'], // prettier-ignore
    ['an end as well', { expiresAt: new Date('2026-01-31T13:00:00Z') }, 'exactly one of `ttl` or `expiresAt`'], // prettier-ignore
    ['no date', { approvedAt: new Date('soon') }, 'spec.approvedAt must be an instant'],
    ['no reason', { reason: '' }, 'spec.reason must be 1-512 characters'],
    [
      'a reason that breaks log lines',
      { reason: 'a\u0000b' },
      'must not contain ASCII control bytes',
    ],
  ])('is refused with %s', (_what, change, expected) => {
    expect(problemsWith(change)).toContain(expected);
  });

  it('is refused without a duration', () => {
    expect(problemsWith({ ttl: Duration.seconds(0) })).toContain('spec.ttl must be');
  });

  it('is refused in another namespace than that of its sandbox', () => {
    const problems = synthProblems((app) => {
      const elsewhere = new Chart(app, 'elsewhere', { namespace: 'elsewhere' });
      new EgressApproval(elsewhere, 'once', { sandbox: sandboxIn(agentsChart(app)), ...approval });
    });
    expect(problems).toContain('[KARS_REFERENCE_NAMESPACE] sandbox: got KarsSandbox agents/reader');
  });
});

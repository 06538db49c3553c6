import { Duration } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { Egress, EgressApproval, type EgressApprovalProps } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';

type Change = Partial<Omit<EgressApprovalProps, 'sandbox'>>;

const approval = {
  hosts: [Egress.https('api.example.com')],
  reason: 'incident 7',
  ttl: Duration.hours(4),
};

const problemsWith = (change: Change): string =>
  synthProblems((app) => {
    const chart = agentsChart(app);
    new EgressApproval(chart, 'once', { sandbox: sandboxIn(chart), ...approval, ...change });
  });

describe('an egress approval', () => {
  it('is recorded with the name of its sandbox and an ISO 8601 duration', () => {
    const app = synthesize((scope) => {
      const chart = agentsChart(scope);
      return new EgressApproval(chart, 'once', { sandbox: sandboxIn(chart), ...approval });
    });
    expect(app.find('EgressApproval', 'once')['spec']).toEqual({
      sandbox: 'reader',
      hosts: [{ host: 'api.example.com', port: 443 }],
      reason: 'incident 7',
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
});

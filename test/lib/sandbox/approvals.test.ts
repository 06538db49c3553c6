import { Duration } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { Egress, EgressApproval, SandboxApprovals } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';

const reader = (approvals?: SandboxApprovals) =>
  synthesize((scope) =>
    sandboxIn(agentsChart(scope), approvals === undefined ? {} : { approvals }),
  );

const argumentsOf = (app: ReturnType<typeof reader>): string => JSON.stringify(app.find('Deployment', 'reader')); // prettier-ignore

describe('what a sandbox takes of approvals', () => {
  it('is up to a day, unless it says something else', () => {
    expect(argumentsOf(reader())).toContain('"--approval-ceiling=86400"');
    expect(argumentsOf(reader(SandboxApprovals.none()))).toContain('"--approval-ceiling=0"');
    const hour = SandboxApprovals.upTo(Duration.hours(1));
    expect(argumentsOf(reader(hour))).toContain('"--approval-ceiling=3600"');
  });

  it('is never more than a week', () => {
    const problems = synthProblems((app) => {
      sandboxIn(agentsChart(app), { approvals: SandboxApprovals.upTo(Duration.days(8)) });
    });
    expect(problems).toContain('maxSeconds');
  });

  it('opens the ports that it names, and no other', () => {
    const portsOf = (app: ReturnType<typeof reader>): string =>
      JSON.stringify(app.find('NetworkPolicy', 'allow-public'));
    expect(portsOf(reader())).not.toContain('8443');
    const approvals = SandboxApprovals.upTo(Duration.hours(1), { ports: [8443] });
    expect(portsOf(reader(approvals))).toContain('{"port":8443,"protocol":"TCP"}');
    const problems = synthProblems((app) => {
      const chart = agentsChart(app);
      new EgressApproval(chart, 'once', {
        sandbox: sandboxIn(chart, { approvals }),
        hosts: [Egress.https('api.example.com', 8443)],
        reason: 'incident 7',
        approvedAt: new Date('2026-01-31T09:00:00Z'),
        ttl: Duration.hours(1),
      });
    });
    expect(problems).toBe('');
  });

  it('is written into a ConfigMap without data, which no tool takes away', () => {
    const granted = reader().find('ConfigMap', 'kars-approvals');
    expect(granted['data']).toBeUndefined();
    expect(granted.metadata).toMatchObject({
      annotations: {
        'argocd.argoproj.io/sync-options': 'Prune=false',
        'kustomize.toolkit.fluxcd.io/prune': 'disabled',
        'kars.azure.com/approval-ceiling': '86400',
        'kars.azure.com/approval-ports': '443',
      },
    });
  });
});

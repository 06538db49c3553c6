import { Duration } from 'cdk8s';
import { ToolPolicy, type PolicyProfile } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { describe, expect, it } from 'vitest';
import { agentsChart } from '../../support/sandbox.ts';

const profile: PolicyProfile = {
  version: '1.0',
  policies: [{ name: 'tools', type: 'capability', allowed_actions: ['tool:*'] }],
};

describe('a tool policy', () => {
  it('says no more than it was told', () => {
    const app = synthesize(
      (scope) => new ToolPolicy(agentsChart(scope), 'tools', { allowedTools: ['search'] }),
    );
    expect(Object.keys(app.find('ToolPolicy', 'tools')['spec'] as object)).toEqual([
      'allowedTools',
      'appliesTo',
    ]);
  });

  it('has its rate, its approval and its profile as kars v0.1.x has them', () => {
    const app = synthesize(
      (scope) =>
        new ToolPolicy(agentsChart(scope), 'tools', {
          allowedTools: ['search'],
          rateLimit: { rps: 2, burst: 5, window: Duration.minutes(2) },
          approval: 'always',
          profile,
        }),
    );
    expect(app.find('ToolPolicy', 'tools')).toMatchObject({
      spec: {
        rateLimit: { rps: 2, burst: 5, window: '120s' },
        approval: { mode: 'always' },
        agtProfile: { inline: JSON.stringify(profile) },
      },
    });
  });
});

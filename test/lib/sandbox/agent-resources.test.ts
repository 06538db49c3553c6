import { Size } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { AgentResources, type AgentResourcesProps } from 'kars-constructs';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';

const memory = { request: Size.gibibytes(1), limit: Size.gibibytes(1) };
const cpu = { request: 1, limit: 1 };

function problemsWith(props: AgentResourcesProps): string {
  const resources = new AgentResources(props);
  return synthProblems((app) => sandboxIn(agentsChart(app), { resources }));
}

describe('the resources of an agent', () => {
  it('may be all that it may use', () => {
    expect(problemsWith({ cpu, memory })).toBe('');
  });

  it('are refused where a request is more than its limit', () => {
    const more = { request: Size.gibibytes(2), limit: Size.mebibytes(512) };
    const problems = problemsWith({
      cpu: { request: 2, limit: 0.5 },
      memory: more,
      ephemeralStorage: more,
    });
    expect(problems).toContain(
      '[KARS_AGENT_REQUEST] resources.cpu: got a request of 2000m and a limit of 500m, supply',
    );
    expect(problems).toContain('resources.memory: got a request of 2048Mi and a limit of 512Mi,');
    expect(problems).toContain('resources.ephemeral-storage: got a request of 2048Mi');
  });
});

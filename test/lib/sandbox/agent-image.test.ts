import { describe, expect, it } from 'vitest';
import { AgentRuntime } from 'kars-constructs';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';

function problemsWith(image: string): string {
  const agent = AgentRuntime.container({ image, command: ['/agent'] });
  return synthProblems((app) => sandboxIn(agentsChart(app), { agent }));
}

describe('the image of an agent', () => {
  it.each(['', 'agent 1', 'https://registry.example.com/agent:1', '-agent'])(
    'is refused by the name "%s"',
    (image) => {
      expect(problemsWith(image)).toContain(
        `[KARS_AGENT_IMAGE] agent.image: got "${image}", supply the name of an image`,
      );
    },
  );

  it.each(['agent', 'localhost/agent:1', 'r.example.com:5000/a/b_c@sha256:00', '[::1]:5000/agent'])(
    'may be named %s',
    (image) => {
      expect(problemsWith(image)).toBe('');
    },
  );
});

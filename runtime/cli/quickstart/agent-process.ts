import { programArguments } from '../programs.ts';
import { Child, type ChildRecord } from '../local/child.ts';

/** What an agent did, as it says itself. */
export interface AgentRun {
  readonly steps: readonly ChildRecord[];
  /** Its last words, undefined when it failed. */
  readonly answer: string | undefined;
  readonly exitCode: number;
}

const LONGEST_RUN_MILLISECONDS = 60_000;

/** Runs the agent with this environment and no other, until it ends. */
export async function runAgentProcess(env: Readonly<Record<string, string>>): Promise<AgentRun> {
  const steps: ChildRecord[] = [];
  const child = new Child({
    name: 'agent',
    args: programArguments('agent'),
    env,
    onRecord: (record) => steps.push(record),
  });
  const deadline = setTimeout(() => child.kill(), LONGEST_RUN_MILLISECONDS);
  const exitCode = await child.ended();
  clearTimeout(deadline);
  const answer = steps.find(({ event }) => event === 'answer')?.['text'];
  return { steps, answer: typeof answer === 'string' ? answer : undefined, exitCode };
}

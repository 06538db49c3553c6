import { onTestFinished } from 'vitest';
import { Child, type ChildRecord } from '../../runtime/cli/local/child.ts';
import { programArguments } from '../../runtime/cli/programs.ts';

/** Where a router finds what it needs, and what it is told besides. */
export interface RouterProcessOptions {
  readonly documents: string;
  readonly state: string;
  readonly args?: readonly string[];
  readonly onRecord?: (record: ChildRecord) => void;
}

/** A router as a process of its own, and the URLs of its two listeners. */
export async function startRouterProcess({
  documents,
  state,
  args = [],
  onRecord,
}: RouterProcessOptions): Promise<{ child: Child; agent: string; status: string }> {
  const child = new Child({
    name: 'router',
    args: [
      ...programArguments('router'),
      '--sandbox=reader',
      '--listen-port=0',
      '--status-host=127.0.0.1',
      '--status-port=0',
      `--documents=${documents}`,
      `--state=${state}`,
      ...args,
    ],
    env: {},
    ...(onRecord === undefined ? {} : { onRecord }),
  });
  onTestFinished(() => child.stop());
  return {
    child,
    status: `http://127.0.0.1:${await child.port('status')}`,
    agent: `http://127.0.0.1:${await child.port('agent')}`,
  };
}

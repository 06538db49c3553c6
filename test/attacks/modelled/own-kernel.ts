import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { AGENT_UID } from 'kars-constructs/contract';
import type { ModelledAttack, Outcome } from '../attack.ts';
import { instancesLeft, PROGRAM } from '../exhaustion/instances.ts';
import type { ModelOutcomes } from './run.ts';

const attack = (id: string, area: ModelledAttack['area'], title: string): ModelledAttack => ({
  id: `modelled-${id}`,
  area,
  title,
  stoppedBy: ['own-kernel'],
});

const reach = attack('kernel', 'kernel', 'reach the kernel of the node by a call that no filter refuses'); // prettier-ignore
const watches = attack('watches', 'resources', 'use up the inotify instances of the agents of others'); // prettier-ignore

/** Attempts that only a kernel of its own stops. */
export const kernelAttacks: readonly ModelledAttack[] = [reach, watches];

const program = readFileSync(new URL('./own-kernel.py', import.meta.url), 'utf8');

/** Ptrace needs no hardware, and there is nothing to reach by a network. */
const GVISOR = ['runsc', '--platform=ptrace', '--ignore-cgroups', '--network=none', 'do'];

/** What becomes of each on the kernel of gVisor, and on that of the node. */
export async function kernelOutcomes(): Promise<ModelOutcomes> {
  return { governed: await outcomesIn(GVISOR), control: await outcomesIn([]) };
}

async function outcomesIn(prefix: readonly string[]): Promise<Readonly<Record<string, Outcome>>> {
  const command = [...prefix, PROGRAM, '-c', program, String(AGENT_UID)];
  // Not the stderr of this process: gVisor shuts down a socket that it was given, for everybody who has it.
  const child = spawn(command[0] ?? PROGRAM, command.slice(1), { cwd: '/' });
  const problems = text(child.stderr);
  const ended = once(child, 'exit');
  try {
    const lines = createInterface({ input: child.stdout });
    const early = ended.then(async (): Promise<never> => {
      throw new Error(await problems);
    });
    const first = once(lines, 'line', { signal: AbortSignal.timeout(60_000) });
    const [line] = (await Promise.race([first, early])) as [string];
    const said = JSON.parse(line) as { readonly release: string; readonly held: number };
    if (said.held === 0) throw new Error('there was nothing left to take');
    const left = instancesLeft(AGENT_UID);
    return {
      [reach.id]:
        said.release === release()
          ? { outcome: 'succeeded', detail: 'the kernel of the node answered' }
          : { outcome: 'stopped', detail: 'another kernel answered' },
      [watches.id]:
        left === 0
          ? { outcome: 'succeeded', detail: 'another agent gets none' }
          : { outcome: 'stopped', detail: 'another agent has instances of its own' },
    };
  } finally {
    child.stdin.end();
    await ended;
  }
}

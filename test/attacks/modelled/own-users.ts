import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ModelledAttack, Outcome } from '../attack.ts';
import { PROGRAM } from '../exhaustion/instances.ts';
import type { ModelOutcomes } from './run.ts';

/** What root tries that has got out of its container, by the names of the program. */
const titles = {
  file: 'read a file of the node, as root that has got out of its container',
  process: 'signal a process of the node, as root that has got out',
  network: 'write to the network of the node, as root that has got out',
} as const;

const idOf = (name: string): string => `modelled-root-${name}`;

/** Attempts that only users of its own stop. */
export const userNamespaceAttacks: readonly ModelledAttack[] = Object.entries(titles).map(
  ([name, title]) => ({ id: idOf(name), area: 'kernel', title, stoppedBy: ['own-users'] }),
);

const program = readFileSync(new URL('./own-users.py', import.meta.url), 'utf8');

/** What becomes of each as root of a user namespace, and as root of this machine. */
export function userNamespaceOutcomes(): ModelOutcomes {
  const directory = mkdtempSync(join(tmpdir(), 'kars-own-users-'));
  try {
    chmodSync(directory, 0o755);
    const file = join(directory, 'of-root');
    writeFileSync(file, 'secret', { mode: 0o600 });
    return { governed: outcomesOf(file, 'own'), control: outcomesOf(file, 'node') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

function outcomesOf(file: string, users: 'own' | 'node'): Readonly<Record<string, Outcome>> {
  const args = ['-c', program, file, String(process.pid), users];
  const { status, stdout, stderr } = spawnSync(PROGRAM, args, { encoding: 'utf8', cwd: '/' });
  if (status !== 0) throw new Error(stderr);
  const said = JSON.parse(stdout) as Readonly<Record<string, [Outcome['outcome'], string]>>;
  return Object.fromEntries(
    Object.entries(said).map(([name, [outcome, detail]]) => [idOf(name), { outcome, detail }]),
  );
}

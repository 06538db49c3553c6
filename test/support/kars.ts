import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

/** What a command printed, and how it ended. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `kars` from its source as a process of its own. */
export async function kars(
  args: readonly string[],
  input = '',
  env: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const child = spawn(
    process.execPath,
    ['--conditions=kars:source', 'runtime/cli/main.ts', ...args],
    { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env['PATH'], ...env } },
  );
  child.stdin.end(input);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, stdout, stderr };
}

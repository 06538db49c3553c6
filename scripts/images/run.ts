import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { ImagesFailure } from './failure.ts';

/** Where images are built, and who hears of it. */
export interface Workshop {
  /** Directory of downloads and of what is built. */
  readonly cache: string;
  readonly progress: (text: string) => void;
}

/** How a program ended. */
export interface Ended {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function attempt(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ended> {
  const child = spawn(program, [...args], {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const output = Promise.all([text(child.stdout), text(child.stderr)]);
  try {
    await once(child, 'spawn');
  } catch {
    const cure = `install it with: apt-get install ${debianNames[program] ?? program}`;
    throw new ImagesFailure('KARS_IMAGES_PROGRAM', `got no ${program} on this machine; ${cure}`);
  }
  const closed = child.exitCode === null ? once(child, 'close') : undefined;
  const [stdout, stderr] = await output;
  await closed;
  return { ok: child.exitCode === 0, stdout, stderr };
}

const debianNames: Readonly<Record<string, string>> = {
  'apt-get': 'apt',
  'dpkg-deb': 'dpkg',
  go: 'golang-go',
};

/**
 * Runs a program that has to end well.
 *
 * @returns what it printed
 */
export async function must(
  ...[program, args, options]: Parameters<typeof attempt>
): Promise<string> {
  const { ok, stdout, stderr } = await attempt(program, args, options);
  if (!ok) {
    const call = [program, ...args.filter((argument) => !argument.startsWith('-')).slice(0, 2)];
    throw new ImagesFailure('KARS_IMAGES_PROGRAM', `${call.join(' ')} failed: ${stderr.trim()}`);
  }
  return stdout;
}

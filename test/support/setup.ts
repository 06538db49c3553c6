import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Says what a setup does next. */
export type Say = (text: string) => void;

const PULSE_MILLISECONDS = 10_000;
const MOST_MINUTES = 90;

/** The programs of Debian packages, by path, that are not installed. */
export const missingOf = (packages: Readonly<Record<string, string>>): string[] =>
  Object.keys(packages).filter((path) => !existsSync(path));

/** Why a tier cannot be set up. */
export class SetupError extends Error {
  constructor(code: string, message: string) {
    super(`[${code}] ${message}`);
    this.name = 'SetupError';
  }
}

/**
 * Runs the steps of a setup. Every line has the seconds since the start; while a step takes long, a line
 * says so. A setup that hangs, on a download for instance, ends with the name of its step.
 */
export async function setUp(steps: (say: Say) => Promise<void>): Promise<void> {
  const started = performance.now();
  let step = 'starting';
  const print = (text: string): void => {
    const seconds = Math.round((performance.now() - started) / 1000);
    process.stdout.write(`${String(seconds).padStart(4)} s  ${text}\n`);
  };
  const pulse = setInterval(() => print(`still at work: ${step}`), PULSE_MILLISECONDS);
  const limit = setTimeout(() => {
    process.stderr.write(`[KARS_SETUP_TIME] not done after ${MOST_MINUTES} minutes: ${step}\n`);
    process.exit(1);
  }, MOST_MINUTES * 60_000);
  try {
    await steps((text) => {
      step = text;
      print(text);
    });
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  } finally {
    clearInterval(pulse);
    clearTimeout(limit);
  }
}

/** Runs a program that has to end well; what it has to say goes to standard error. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<void> {
  const child = spawn(program, [...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const fault = await new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code === 0 ? '' : `ended with ${code ?? signal}`));
  });
  if (fault !== '') {
    throw new SetupError('KARS_SETUP_PROGRAM', `${[program, ...args.slice(0, 2)].join(' ')}: ${fault}`); // prettier-ignore
  }
}

/** Makes sure that there is a Go that builds every module of this repository. */
export function requireGo(): void {
  const { status, stdout } = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (status === 0) return;
  throw new SetupError('KARS_SETUP_GO', `got ${stdout || 'no Go'}; install Go 1.26 or newer`);
}

/** Installs Debian packages; as somebody who may not, says which are missing. */
export async function installPackages(names: Iterable<string>, say: Say): Promise<void> {
  const packages = [...new Set(names)];
  if (packages.length === 0) return;
  const list = packages.join(', ');
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    const text = `got no ${list}, and cannot install them as this user; install them as root`;
    throw new SetupError('KARS_SETUP_PACKAGES', text);
  }
  say(`installing ${list}`);
  const lock = '-oDPkg::Lock::Timeout=300';
  await runProgram('apt-get', ['update', '-qq', lock]);
  await runProgram(
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', lock, ...packages],
    { env: { DEBIAN_FRONTEND: 'noninteractive' } },
  );
}

import { spawnSync } from 'node:child_process';
import { buildLauncher, LAUNCHER_MODULE, launcherNames } from '../../scripts/launcher.ts';
import { debianPackages, missingPrograms } from './programs.ts';
import { buildInterfaces } from './seccomp/interfaces-program.ts';

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

function run(program: string, args: readonly string[], env: Record<string, string> = {}): void {
  const { status, error } = spawnSync(program, args, {
    cwd: LAUNCHER_MODULE,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) {
    const why = error === undefined ? `ended with ${status ?? 'a signal'}` : error.message;
    throw new Error(`[KARS_KERNEL_SETUP] ${program} ${args[0] ?? ''}: ${why}`);
  }
}

function installPackages(): void {
  const missing = missingPrograms();
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((path) => debianPackages[path] ?? path))];
  say(`installing ${packages.join(', ')}`);
  const lock = '-oDPkg::Lock::Timeout=300';
  run('apt-get', ['update', '-qq', lock]);
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', lock, ...packages], {
    DEBIAN_FRONTEND: 'noninteractive',
  });
}

/** gofmt ends with 0 whatever it finds, and lists it. */
function checkFormat(): void {
  const { status, stdout } = spawnSync('gofmt', ['-l', '.'], {
    cwd: LAUNCHER_MODULE,
    encoding: 'utf8',
  });
  if (status !== 0 || stdout !== '') {
    throw new Error(`[KARS_KERNEL_SETUP] got files that gofmt writes otherwise: ${stdout}`);
  }
}

try {
  installPackages();
  say('checking the Go module');
  checkFormat();
  run('go', ['vet', './...']);
  run('go', ['test', './...']);
  for (const name of launcherNames) say(`built ${buildLauncher(name)}`);
  say(`built ${buildInterfaces()}`);
  say('the kernel tier is set up; run it with: npm run test:kernel');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

import { spawnSync } from 'node:child_process';
import { buildLauncher, LAUNCHER_MODULE, launcherNames } from '../../scripts/launcher.ts';
import { installPackages, requireGo, runProgram, setUp, SetupError } from '../support/setup.ts';
import { installAgt } from '../runtime/governance/agt/agt-package.ts';
import { makeParts } from './clients/programs/built.ts';
import { debianPackages, missingPrograms } from './programs.ts';
import { buildInterfaces } from './seccomp/interfaces-program.ts';

await setUp(async (say) => {
  await installPackages(
    missingPrograms().map((path) => debianPackages[path] ?? path),
    say,
  );
  const missing = missingPrograms();
  if (missing.length > 0) {
    throw new SetupError(
      'KARS_SETUP_PACKAGES',
      `got no ${missing.join(', no ')} from their packages`,
    );
  }
  requireGo();
  say('checking the Go module');
  checkFormat();
  await runProgram('go', ['vet', './...'], { cwd: LAUNCHER_MODULE });
  await runProgram('go', ['test', './...'], { cwd: LAUNCHER_MODULE });
  for (const name of launcherNames) say(`built ${buildLauncher(name)}`);
  say(`built ${buildInterfaces()}`);
  await makeParts(say);
  await installAgt(say);
  say('the kernel tier is set up; run it with: npm run test:kernel');
});

/** gofmt ends with 0 whatever it finds, and lists it. */
function checkFormat(): void {
  const { status, stdout, stderr, error } = spawnSync('gofmt', ['-l', '.'], {
    cwd: LAUNCHER_MODULE,
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new SetupError('KARS_SETUP_PROGRAM', `gofmt: ${error?.message ?? stderr}`);
  }
  if (stdout !== '') {
    throw new SetupError('KARS_SETUP_FORMAT', `got files that gofmt writes otherwise: ${stdout}`);
  }
}

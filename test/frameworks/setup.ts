import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram, setUp } from '../support/setup.ts';
import {
  frameworks,
  homeOf,
  isInstalled,
  isOfNode,
  versionOf,
  type Framework,
} from './frameworks.ts';

await setUp(async (say) => {
  for (const framework of frameworks.filter((one) => !isInstalled(one))) {
    say(`installing ${framework.package} ${versionOf(framework)}`);
    await install(framework);
  }
  say('the agent frameworks are set up; run them with: npm run test:frameworks');
});

/** Installs a framework by its own package manager, from versions alone and without scripts. */
async function install(framework: Framework): Promise<void> {
  const home = homeOf(framework);
  const unfinished = `${home}.${process.pid}.unfinished`;
  await mkdir(unfinished, { recursive: true });
  await cp(framework.packages, unfinished, { recursive: true });
  if (isOfNode(framework)) {
    const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
    await runProgram('npm', ['ci', ...quiet, '--prefix', unfinished]);
  } else {
    const list = join(unfinished, 'requirements.txt');
    const packages = ['--no-deps', '--only-binary=:all:', '--requirement', list];
    await runProgram('python3', ['-m', 'pip', 'install', '--quiet', '--root-user-action=ignore', '--target', unfinished, ...packages]); // prettier-ignore
  }
  await rm(home, { recursive: true, force: true });
  await rename(unfinished, home);
}

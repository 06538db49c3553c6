import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  componentPath,
  components,
  debianPackages,
  GO_MODULE,
  KUBERNETES_VERSION,
  missingFiles,
} from './binaries.ts';
import { areFrameworksBuilt, buildFrameworks } from './frameworks/images.ts';
import { ENGINE_MODULE, enginePath } from './network/engine.ts';
import { cacheRoot } from '../../scripts/cache.ts';
import { syft } from '../../scripts/images/sbom.ts';
import { buildBase, buildSidecarImages, isBaseBuilt } from './node/test-images.ts';

const started = Date.now();

const say = (text: string): void => {
  process.stdout.write(
    `${String(Math.round((Date.now() - started) / 1000)).padStart(4)} s  ${text}\n`,
  );
};

class SetupError extends Error {
  constructor(code: string, message: string) {
    super(`[${code}] ${message}`);
  }
}

try {
  await installPackages();
  for (const name of components) await buildComponent(name);
  await build({
    what: 'the engine for network policies',
    target: enginePath(),
    module: ENGINE_MODULE,
    flags: '',
    source: '.',
  });
  if (!isBaseBuilt()) {
    say('making the base image of the tests');
    await buildBase();
  }
  await buildSidecarImages(say);
  if (!areFrameworksBuilt()) {
    say('installing the agent frameworks of the tests');
    await buildFrameworks();
  }
  await syft({ cache: cacheRoot(), progress: say });
  say('the cluster tier is set up; run it with: npm run test:cluster');
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

async function installPackages(): Promise<void> {
  const missing = missingFiles().map((path) => debianPackages[path] ?? path);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new SetupError(
      'KARS_CLUSTER_PACKAGES',
      `got no ${missing.join(', ')}, and cannot install them as this user; install them as root`,
    );
  }
  say(`installing ${missing.join(', ')}`);
  const lock = '-oDPkg::Lock::Timeout=300';
  await run('apt-get', ['update', '-qq', lock], {});
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', lock, ...missing], {
    DEBIAN_FRONTEND: 'noninteractive',
  });
}

async function buildComponent(name: string): Promise<void> {
  const version = 'k8s.io/component-base/version';
  const [major = '', minor = ''] = KUBERNETES_VERSION.slice(1).split('.');
  await build({
    what: `${name} ${KUBERNETES_VERSION}`,
    target: componentPath(name),
    module: GO_MODULE,
    flags: `-X ${version}.gitVersion=${KUBERNETES_VERSION} -X ${version}.gitMajor=${major} -X ${version}.gitMinor=${minor}`,
    source: `k8s.io/kubernetes/cmd/${name}`,
  });
}

interface Build {
  readonly what: string;
  readonly target: string;
  readonly module: string;
  readonly flags: string;
  readonly source: string;
}

async function build({ what, target, module, flags, source }: Build): Promise<void> {
  if (existsSync(target)) return;
  if (spawnSync('go', ['version']).status !== 0) {
    throw new SetupError('KARS_CLUSTER_GO', 'got no Go; install Go 1.24 or newer');
  }
  say(`building ${what} from source, some minutes the first time`);
  mkdirSync(dirname(target), { recursive: true });
  const unfinished = `${target}.unfinished`;
  const args = ['build', '-trimpath', '-ldflags', `-s -w ${flags}`, '-o', unfinished, source];
  await run('go', args, { CGO_ENABLED: '0' }, module);
  renameSync(unfinished, target);
}

/** Runs a program, with a line every ten seconds while it runs. */
async function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = GO_MODULE,
): Promise<void> {
  const child = spawn(program, [...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const pulse = setInterval(() => say(`${program} is still at work`), 10_000);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', resolve);
  });
  clearInterval(pulse);
  if (code !== 0) {
    throw new SetupError(
      'KARS_CLUSTER_SETUP',
      `${program} ${args[0] ?? ''} ended with ${code ?? 'a signal'}`,
    );
  }
}

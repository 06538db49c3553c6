import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { cacheRoot } from '../../scripts/cache.ts';
import { buildGoProgram } from '../../scripts/images/go-program.ts';
import { syft } from '../../scripts/images/sbom.ts';
import { installPackages, requireGo, runProgram, setUp, type Say } from '../support/setup.ts';
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
import { signingTools } from './signing/tools.ts';
import { buildBase, buildSidecarImages, isBaseBuilt } from './node/test-images.ts';

await setUp(async (say) => {
  await installPackages(
    missingFiles().map((path) => debianPackages[path] ?? path),
    say,
  );
  requireGo();
  for (const name of components) await build(component(name), say);
  await build(
    {
      what: 'the engine for network policies',
      target: enginePath(),
      module: ENGINE_MODULE,
      flags: '',
      source: '.',
    },
    say,
  );
  if (!isBaseBuilt()) {
    say('making the base image of the tests');
    await buildBase();
  }
  await buildSidecarImages(say);
  if (!areFrameworksBuilt()) {
    say('installing the agent frameworks of the tests');
    await buildFrameworks();
  }
  for (const program of [syft, ...signingTools]) {
    await buildGoProgram(program, { cache: cacheRoot(), progress: say });
  }
  say('the cluster tier is set up; run it with: npm run test:cluster');
});

interface Build {
  readonly what: string;
  readonly target: string;
  readonly module: string;
  readonly flags: string;
  readonly source: string;
}

function component(name: string): Build {
  const version = 'k8s.io/component-base/version';
  const [major = '', minor = ''] = KUBERNETES_VERSION.slice(1).split('.');
  return {
    what: `${name} ${KUBERNETES_VERSION}`,
    target: componentPath(name),
    module: GO_MODULE,
    flags: `-X ${version}.gitVersion=${KUBERNETES_VERSION} -X ${version}.gitMajor=${major} -X ${version}.gitMinor=${minor}`,
    source: `k8s.io/kubernetes/cmd/${name}`,
  };
}

async function build({ what, target, module, flags, source }: Build, say: Say): Promise<void> {
  if (existsSync(target)) return;
  say(`building ${what} from source, some minutes the first time`);
  mkdirSync(dirname(target), { recursive: true });
  const unfinished = `${target}.unfinished`;
  const args = ['build', '-trimpath', '-ldflags', `-s -w ${flags}`, '-o', unfinished, source];
  await runProgram('go', args, { cwd: module, env: { CGO_ENABLED: '0' } });
  renameSync(unfinished, target);
}

import { existsSync } from 'node:fs';
import { cacheRoot } from '../../scripts/cache.ts';
import { arePackagesHere } from '../../scripts/images/debian.ts';
import { goProgramPath } from '../../scripts/images/go-program.ts';
import { syft } from '../../scripts/images/sbom.ts';
import type { TierState } from '../../scripts/tiers.ts';
import { componentPath, components, missingFiles } from './binaries.ts';
import { areFrameworksBuilt } from './frameworks/images.ts';
import { enginePath } from './network/engine.ts';
import { signingTools } from './signing/tools.ts';
import { isBaseBuilt } from './node/test-images.ts';

/** Whether the cluster tier can run on this machine. */
export function isSetUp(): TierState {
  const missing = [
    ...components.filter((name) => !existsSync(componentPath(name))),
    ...missingFiles(),
    ...(existsSync(enginePath()) ? [] : ['engine for network policies']),
    ...(isBaseBuilt() ? [] : ['base image']),
    ...[syft, ...signingTools]
      .filter((program) => !existsSync(goProgramPath(cacheRoot(), program)))
      .map(({ name }) => name),
    ...(arePackagesHere(cacheRoot()) ? [] : ['Debian packages of the images']),
    ...(areFrameworksBuilt() ? [] : ['agent frameworks']),
  ];
  return missing.length === 0
    ? { ready: true }
    : { ready: false, missing: `no ${missing.join(', no ')}`, command: 'npm run setup:cluster' };
}

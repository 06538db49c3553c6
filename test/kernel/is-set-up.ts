import { existsSync } from 'node:fs';
import type { TierState } from '../../scripts/tiers.ts';
import { missingParts } from './clients/programs/built.ts';
import { launcherNames, launcherProgram, missingPrograms } from './programs.ts';
import { interfacesProgram } from './seccomp/interfaces-program.ts';

/** Whether the kernel tier can run on this machine. */
export function isSetUp(): TierState {
  const missing = [
    ...(process.getuid?.() === 0 ? [] : ['root']),
    ...missingPrograms(),
    ...(existsSync(interfacesProgram()) ? [] : ['interfaces']),
    ...missingParts().map((name) => `${name} clients`),
    ...launcherNames.filter((name) => !existsSync(launcherProgram(name))),
  ];
  return missing.length === 0
    ? { ready: true }
    : { ready: false, missing: `no ${missing.join(', no ')}`, command: 'npm run setup:kernel' };
}

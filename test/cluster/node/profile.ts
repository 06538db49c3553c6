import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { strictProfile } from '../../../lib/sandbox/seccomp/localhost-profile.ts';
import { paths } from './paths.ts';

/** File of the seccomp profile of this checkout on the node. */
export const profileFile = (): string => join(paths.seccomp, strictProfile().path);

/** Puts the profile on the node, as the platform would. */
export function installProfile(): void {
  mkdirSync(dirname(profileFile()), { recursive: true });
  writeFileSync(profileFile(), strictProfile().body);
}

/** Makes the node one that no platform has prepared. */
export function removeProfiles(): void {
  rmSync(dirname(profileFile()), { recursive: true, force: true });
}

import { spawnSync } from 'node:child_process';

/** ABI version of Landlock that rules about ports came with. */
export const PORTS = 4;

/** ABI version of Landlock that rules about signals and abstract sockets came with. */
export const SCOPES = 6;

/** landlock_create_ruleset(2) asked for its version; the number is the same on x86_64 and aarch64. */
const ASK = 'import ctypes; print(ctypes.CDLL(None).syscall(444, None, 0, 1))';

/** Whether the kernel of this machine has Landlock of an ABI version; says so when it has not. */
export function hasLandlock(abi: number, what: string): boolean {
  const { stdout } = spawnSync('/usr/bin/python3', ['-c', ASK], { encoding: 'utf8' });
  const has = Number(stdout) >= abi;
  if (!has) console.warn(`left out: ${what}, got Landlock ABI ${stdout.trim()}, needed ${abi}`);
  return has;
}

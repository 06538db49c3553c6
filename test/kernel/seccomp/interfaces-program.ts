import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../../../scripts/cache.ts';

const MODULE = fileURLToPath(new URL('./interfaces', import.meta.url));

/** The program of Go that lists interfaces, whether or not it has been built. */
export function interfacesProgram(): string {
  const hash = createHash('sha256')
    .update(readFileSync(join(MODULE, 'main.go')))
    .digest('hex');
  return join(cacheRoot(), `interfaces-${hash.slice(0, 16)}`, 'interfaces');
}

/** Builds it unless it is built. */
export function buildInterfaces(): string {
  const target = interfacesProgram();
  if (existsSync(target)) return target;
  mkdirSync(dirname(target), { recursive: true });
  const unfinished = `${target}.${process.pid}.unfinished`;
  execFileSync('go', ['build', '-trimpath', '-ldflags', '-s -w', '-o', unfinished, '.'], {
    cwd: MODULE,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(unfinished, target);
  return target;
}

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../../../../scripts/cache.ts';
import { addresses } from '../../measured/world.ts';

const MODULE = fileURLToPath(new URL('.', import.meta.url));

const PORT = 8000;

/** Base URL of the provider that all gateways have. */
export const upstreamUrl = `http://${addresses.host}:${PORT}/v1`;

/** The command of the provider: a program in Go, so that no gateway waits for it. */
export const upstreamCommand = (): readonly string[] => [
  buildUpstream(),
  `${addresses.host}:${PORT}`,
];

/** Builds the provider unless it is built, another one for each state of its source. */
export function buildUpstream(): string {
  const source = readFileSync(join(MODULE, 'main.go'));
  const hash = createHash('sha256').update(source).digest('hex').slice(0, 16);
  const program = join(cacheRoot(), `bench-upstream-${hash}`, 'upstream');
  if (existsSync(program)) return program;
  mkdirSync(dirname(program), { recursive: true });
  const unfinished = `${program}.${process.pid}.unfinished`;
  execFileSync('go', ['build', '-trimpath', '-o', unfinished, '.'], {
    cwd: MODULE,
    env: { ...process.env, CGO_ENABLED: '0' },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  renameSync(unfinished, program);
  return program;
}

import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheRoot } from '../../../../scripts/cache.ts';
import { runProgram, type Say } from '../../../support/setup.ts';
import { loadNames, loads } from '../driver/load.ts';
import { upstreamUrl } from '../upstream/program.ts';
import type { Gateway } from './gateway.ts';

const PACKAGE = '@portkey-ai/gateway';
const VERSION = '1.15.2';
const PORT = 8502;

const home = (): string => join(cacheRoot(), `portkey-${VERSION}`);
const program = (): string => join(home(), 'node_modules', PACKAGE, 'build', 'start-server.js');

/** Whether it is installed; the bench does without it otherwise. */
export const hasPortkey = (): boolean => existsSync(program());

/** Installs it, in a directory of its own. */
export async function installPortkey(say: Say): Promise<void> {
  if (hasPortkey()) return;
  say(`installing ${PACKAGE} ${VERSION}`);
  const unfinished = `${home()}.${process.pid}.unfinished`;
  await mkdir(unfinished, { recursive: true });
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  await runProgram('npm', ['install', ...quiet, '--prefix', unfinished, `${PACKAGE}@${VERSION}`]);
  await rm(home(), { recursive: true, force: true });
  await rename(unfinished, home());
}

/** Portkey's gateway as its documentation starts it, without its console. This version answers every stream with 500. */
export const portkey: Gateway = {
  name: `Portkey ${VERSION}`,
  port: PORT,
  carries: loadNames.filter((load) => !loads[load].stream),
  headers: { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': upstreamUrl },
  prepare: () => [process.execPath, program(), '--headless', `--port=${PORT}`],
};

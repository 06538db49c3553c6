import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../../../../scripts/cache.ts';
import { runProgram, type Say } from '../../../support/setup.ts';
import { loadNames, models } from '../driver/load.ts';
import { upstreamUrl } from '../upstream/program.ts';
import type { Gateway } from './gateway.ts';

const VERSION = '1.108.7';
const PORT = 8503;

/** Without a key it does not start. */
const KEY = `sk-${randomBytes(16).toString('hex')}`;

/** Every package with its version, as pip has once resolved them. */
const REQUIREMENTS = fileURLToPath(new URL('litellm.txt', import.meta.url));

const home = (): string => join(cacheRoot(), `litellm-${VERSION}`);
const program = (): string => join(home(), 'bin', 'litellm');
/** Written when all is there: an environment cannot be moved to its place. */
const finished = (): string => join(home(), 'finished');

/** Whether it is installed; the bench does without it otherwise. */
export const hasLiteLlm = (): boolean => existsSync(finished());

/** Installs it, in an environment of its own. */
export async function installLiteLlm(say: Say): Promise<void> {
  if (hasLiteLlm()) return;
  say(`installing LiteLLM ${VERSION} with its proxy`);
  await rm(home(), { recursive: true, force: true });
  await runProgram('python3', ['-m', 'venv', home()]);
  const pip = join(home(), 'bin', 'pip');
  await runProgram(pip, ['install', '--quiet', '--no-deps', '--requirement', REQUIREMENTS]);
  writeFileSync(finished(), '');
}

/** A model of the list of LiteLLM. */
const entryOf = (name: string): object => ({
  model_name: name,
  litellm_params: { model: `openai/${name}`, api_base: upstreamUrl, api_key: 'of-the-gateway' },
});

/** LiteLLM's proxy as its documentation starts it: a list of models, one worker, no database. */
export const liteLlm: Gateway = {
  name: `LiteLLM ${VERSION}`,
  port: PORT,
  carries: loadNames,
  headers: { authorization: `Bearer ${KEY}` },
  prepare: (directory) => {
    const file = join(directory, 'config.yaml');
    // Every text of JSON is one of YAML.
    writeFileSync(file, JSON.stringify({ model_list: models.map(entryOf) }));
    const local = [`LITELLM_MASTER_KEY=${KEY}`, 'LITELLM_LOCAL_MODEL_COST_MAP=True', `HOME=${directory}`]; // prettier-ignore
    const listen = ['--host', '127.0.0.1', '--port', String(PORT)];
    return ['/usr/bin/env', ...local, program(), '--config', file, ...listen];
  },
};

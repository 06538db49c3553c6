import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as z from 'zod';
import { readJson } from './answers.ts';

const run = promisify(execFile);

const config = z.looseObject({
  auths: z.record(z.string(), z.looseObject({ auth: z.string().optional() })).default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});

const helperAnswer = z.looseObject({ Username: z.string(), Secret: z.string() });

/** Program names only: the name comes from a file, and is looked for in PATH. */
const HELPER = /^[a-z0-9][a-z0-9-]*$/i;

/**
 * What `docker login` keeps for a registry, for HTTP Basic; undefined when it keeps nothing.
 *
 * @see https://docs.docker.com/reference/cli/docker/login/#credential-stores
 */
export async function credentialsFor(registry: string): Promise<string | undefined> {
  const directory = process.env['DOCKER_CONFIG'] ?? join(homedir(), '.docker');
  const file = join(directory, 'config.json');
  const text = await readFile(file, 'utf8').catch(() => '{}');
  const { auths, credHelpers, credsStore } = readJson(file, text, config);
  const helper = credHelpers[registry] ?? credsStore;
  const kept = auths[registry]?.auth;
  if (kept !== undefined && kept !== '') return kept;
  return helper === undefined || !HELPER.test(helper) ? undefined : fromHelper(helper, registry);
}

async function fromHelper(helper: string, registry: string): Promise<string | undefined> {
  try {
    const asked = run(`docker-credential-${helper}`, ['get'], {
      timeout: 30_000,
      killSignal: 'SIGKILL',
    });
    asked.child.stdin?.end(registry);
    const { Username: name, Secret: secret } = helperAnswer.parse(JSON.parse((await asked).stdout));
    return Buffer.from(`${name}:${secret}`).toString('base64');
  } catch {
    // The registry says what it thinks of a call without credentials.
    return undefined;
  }
}

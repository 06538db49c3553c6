import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { must } from '../../../scripts/images/run.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { freePort } from '../server-process.ts';
import { cosign, registry, toolPath } from './tools.ts';

/** A registry on this machine, for one test. */
export async function startRegistry(): Promise<string> {
  const directory = temporaryDirectory();
  const port = await freePort();
  const file = join(directory, 'config.yml');
  writeFileSync(
    file,
    `version: 0.1
storage: { filesystem: { rootdirectory: ${join(directory, 'data')} } }
http: { addr: 127.0.0.1:${port} }
log: { level: error }
`,
  );
  const child = spawn(toolPath(registry), ['serve', file], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  const address = `127.0.0.1:${port}`;
  const deadline = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const answer = await fetch(`http://${address}/v2/`).catch(() => undefined);
    if (answer?.ok === true) return address;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the registry did not start in 20 seconds');
}

/** A key pair of cosign, by its files. */
export async function cosignKeys(): Promise<{ readonly key: string; readonly publicKey: string }> {
  const directory = temporaryDirectory();
  await must(toolPath(cosign), ['generate-key-pair'], { cwd: directory, env: noPassword });
  return { key: join(directory, 'cosign.key'), publicKey: join(directory, 'cosign.pub') };
}

/** Signs what a registry on this machine has. */
export const cosignSign = async (
  key: string,
  reference: string,
  ...more: readonly string[]
): Promise<void> => {
  const insecure = ['--allow-insecure-registry', '--allow-http-registry'];
  const offline = ['--use-signing-config=false', '--tlog-upload=false', '--yes'];
  await must(
    toolPath(cosign),
    ['sign', '--key', key, ...offline, ...insecure, ...more, reference],
    {
      env: noPassword,
    },
  );
};

const noPassword = { COSIGN_PASSWORD: '' };

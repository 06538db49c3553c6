import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { CommandError } from '../exit-codes.ts';
import { spawnNode } from '../local/spawn-node.ts';
import { nodeArguments } from '../programs.ts';

/** How cdk8s names what it writes. */
const MANIFEST = '.k8s.yaml';

/**
 * Runs a cdk8s app, which writes its manifests into `directory` in place of those of an earlier run.
 *
 * @throws CommandError (usage) when there is no such app, or the directory holds anything but manifests.
 * @throws Error with what the app said when it fails.
 */
export async function synthesizeApp(app: string, directory: string): Promise<void> {
  if (!existsSync(app)) {
    throw new CommandError('usage', `got the app ${app}, supply the path of a cdk8s app`);
  }
  clear(directory);
  // Standard output belongs to the report, so what the app prints goes to standard error.
  const child = spawnNode([...nodeArguments, app], {
    env: { ...process.env, CDK8S_OUTDIR: directory },
    stdio: ['ignore', process.stderr, 'pipe'],
  });
  const ended = once(child, 'close');
  const [said] = await Promise.all([child.stderr === null ? '' : text(child.stderr), ended]);
  if (child.exitCode !== 0) throw new Error(`${app} does not synthesize:\n${said.trim()}`);
  if (!readdirSync(directory).some((file) => file.endsWith(MANIFEST))) {
    throw new Error(
      `${app} wrote no ${MANIFEST} file into ${directory}: call app.synth(), and leave outdir of App to CDK8S_OUTDIR`,
    );
  }
}

function clear(directory: string): void {
  mkdirSync(directory, { recursive: true });
  const files = readdirSync(directory);
  const foreign = files.find((file) => !file.endsWith(MANIFEST));
  if (foreign !== undefined) {
    throw new CommandError(
      'usage',
      `got --out ${directory}, which holds ${foreign}; supply an empty directory or one with ${MANIFEST} files only`,
    );
  }
  for (const file of files) rmSync(join(directory, file));
}

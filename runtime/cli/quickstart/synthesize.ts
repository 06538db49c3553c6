import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { nodeArguments } from '../programs.ts';

/**
 * Runs a cdk8s app, which writes its manifests into `directory`.
 *
 * @throws Error with what the app said when it fails.
 */
export function synthesizeApp(app: string, directory: string): void {
  rmSync(directory, { recursive: true, force: true });
  const { status, stderr } = spawnSync(process.execPath, [...nodeArguments, app], {
    env: { ...process.env, CDK8S_OUTDIR: directory },
    stdio: ['ignore', 'inherit', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${app} does not synthesize:\n${stderr.trim()}`);
}

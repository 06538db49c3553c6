import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { paths } from './paths.ts';

/** What a program wrote, and how it ended. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end. */
export async function run(program: string, args: readonly string[]): Promise<Finished> {
  const child = spawn(program, [...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const closed = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await closed;
  return { code: child.exitCode, stdout, stderr };
}

/** Calls the containerd of the node, in the namespace of Kubernetes. */
export const ctr = (args: readonly string[]): Promise<Finished> =>
  run('ctr', ['--address', paths.containerdSocket, '--namespace', 'k8s.io', ...args]);

/** Makes the images of an archive known to the node. */
export async function importImages(archive: string): Promise<void> {
  const { code, stderr } = await ctr(['images', 'import', '--all-platforms', archive]);
  if (code !== 0) throw new Error(`[KARS_NODE_IMAGE] ${archive}: ${stderr}`);
}

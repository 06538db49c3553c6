import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';

const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts Node.js as a process that ends with this one, whatever way this one ends. */
export function spawnNode(
  args: readonly string[],
  options: { readonly env: NodeJS.ProcessEnv; readonly stdio: StdioOptions },
): ChildProcess {
  const child = spawn(process.execPath, [...args], options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  child.once('error', () => running.delete(child));
  return child;
}

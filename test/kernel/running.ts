import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** Starts a program in a network namespace, and waits for a line of it with this text. */
export async function startIn(
  namespace: string,
  command: readonly string[],
  text: string,
): Promise<ChildProcess> {
  const child = spawn('ip', ['netns', 'exec', namespace, ...command], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface(child.stdout);
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  lines.on('line', (line) => {
    if (line.includes(text)) resolve(undefined);
  });
  lines.once('close', () => reject(new Error(`${command.join(' ')} ended before it was ready`)));
  try {
    await promise;
  } finally {
    lines.removeAllListeners('line');
    lines.close();
    // A pipe that nobody empties would stop the program.
    child.stdout.resume();
  }
  return child;
}

/** Ends programs at once, and waits until they have. */
export async function endAll(children: Iterable<ChildProcess>): Promise<void> {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }
}

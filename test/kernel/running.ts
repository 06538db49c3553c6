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

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  /** What it printed, on either stream. */
  readonly output: string;
}

const MOST_MILLISECONDS = 40_000;

/** Runs a program in a network namespace to its end, with this environment and nothing of the machine's. */
export async function runIn(
  namespace: string,
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  cwd = '/',
): Promise<Ended> {
  const child = spawn('ip', ['netns', 'exec', namespace, ...command], {
    env,
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: MOST_MILLISECONDS,
    killSignal: 'SIGKILL',
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', resolve);
  const code = await promise;
  return { code, output: Buffer.concat(chunks).toString() };
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

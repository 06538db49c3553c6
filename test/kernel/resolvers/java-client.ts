import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { asUser, mayRead } from '../as-user.ts';
import { directoryOf } from '../clients/programs/built.ts';

/** A program of Java that connects whenever it is told to, and looks a name up once. */
export class JavaClient {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: AsyncIterator<string>;

  /** Starts it in a network namespace; it connects at once for the first time. */
  constructor(namespace: string, host: string, port: number) {
    const java = ['java', '-XX:TieredStopAtLevel=1', '-cp', directoryOf('java')];
    // For ever, which was the default for long.
    const command = [...java, '-Dsun.net.inetaddr.ttl=-1', 'Client', 'connect', host, String(port)];
    const all = ['netns', 'exec', namespace, ...asUser(1000, ...mayRead), ...command];
    this.#child = spawn('ip', all, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  /** What came of the connection that was made last. */
  async outcome(): Promise<string> {
    const line = await this.#lines.next();
    return line.done === true ? 'it has ended' : line.value;
  }

  /** Connects again. */
  again(): Promise<string> {
    this.#child.stdin.write('\n');
    return this.outcome();
  }

  end(): void {
    this.#child.stdin.end();
    this.#child.kill('SIGKILL');
  }
}

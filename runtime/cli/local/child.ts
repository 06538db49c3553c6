import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { spawnNode } from './spawn-node.ts';

/** A record that a program of ours writes on its standard output. */
export type ChildRecord = Readonly<Record<string, unknown>>;

/** How a program is started. */
export interface ChildOptions {
  readonly name: string;
  readonly args: readonly string[];
  /** Its whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Told of every record. */
  readonly onRecord?: (record: ChildRecord) => void;
}

const START_MILLISECONDS = 10_000;
const STOP_MILLISECONDS = 5000;
const ERROR_CHARACTERS = 4000;

/** A Node.js program as a process of its own, which writes JSON lines. */
export class Child {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #closed: Promise<void>;
  readonly #listening = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #errors = '';
  #isClosed = false;

  constructor({ name, args, env, onRecord }: ChildOptions) {
    this.#name = name;
    this.#process = spawnNode(args, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#closed = new Promise((resolve) => {
      const close = (): void => {
        this.#isClosed = true;
        this.#wake();
        resolve();
      };
      // `exit` can come before the last lines of output.
      this.#process.once('close', close);
      this.#process.once('error', (error) => {
        this.#errors = error.message;
        close();
      });
    });
    const { stdout, stderr } = this.#process;
    if (stdout === null || stderr === null) throw new Error('a child has no output');
    stderr.on('data', (chunk) => {
      this.#errors = `${this.#errors}${String(chunk)}`.slice(-ERROR_CHARACTERS);
    });
    createInterface({ input: stdout }).on('line', (line) => {
      const record = parseRecord(line);
      if (record === undefined) return;
      this.#note(record);
      onRecord?.(record);
    });
  }

  /**
   * The port that the program serves `listener` on, as soon as it does.
   *
   * @throws Error with its last words when it ends instead, or takes longer than ten seconds.
   */
  async port(listener: string): Promise<number> {
    const deadline = AbortSignal.timeout(START_MILLISECONDS);
    const late = (): void => this.#wake();
    deadline.addEventListener('abort', late);
    try {
      for (;;) {
        const port = this.#listening.get(listener);
        if (port !== undefined) return port;
        if (this.#isClosed) throw new Error(this.#failure());
        if (deadline.aborted) throw new Error(`${this.#name} serves nothing after ten seconds`);
        await new Promise<void>((resolve) => this.#waiting.add(resolve));
      }
    } finally {
      deadline.removeEventListener('abort', late);
    }
  }

  /** The exit code, once the program has ended; 1 when a signal ended it. */
  async ended(): Promise<number> {
    await this.#closed;
    return this.#process.exitCode ?? 1;
  }

  /** Asks the program to end, and makes it when it does not within five seconds. */
  async stop(): Promise<void> {
    if (this.#isClosed) return;
    const force = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MILLISECONDS);
    this.#process.kill('SIGTERM');
    await this.#closed;
    clearTimeout(force);
  }

  /** Ends the program at once. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #note(record: ChildRecord): void {
    if (record['event'] === 'listening') {
      this.#listening.set(String(record['listener']), Number(record['port']));
    }
    if (record['event'] === 'start-failed') this.#errors = String(record['error']);
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }

  #failure(): string {
    return `${this.#name} ended with code ${this.#process.exitCode ?? 'none'}: ${this.#errors.trim()}`;
  }
}

function parseRecord(line: string): ChildRecord | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as ChildRecord) : undefined;
  } catch {
    return undefined;
  }
}

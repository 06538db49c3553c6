import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** A record that a program of ours writes on its standard output. */
export type ChildRecord = Readonly<Record<string, unknown>>;

/** How a program is started. */
export interface ChildOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Told of every record. */
  readonly onRecord?: (record: ChildRecord) => void;
}

const STOP_MILLISECONDS = 5000;

const running = new Set<Child>();

/** Ends every child with the process, whatever way it ends. */
process.once('exit', () => {
  for (const child of running) child.kill();
});

/** A Node.js program as a process of its own, which writes JSON lines. */
export class Child {
  readonly #name: string;
  readonly #process: ChildProcess;
  readonly #listening = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #errors = '';
  #closed = false;

  constructor({ name, args, env, onRecord }: ChildOptions) {
    this.#name = name;
    this.#process = spawn(process.execPath, [...args], {
      env: { ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this);
    // `exit` can come before the last lines of output.
    this.#process.once('close', () => {
      running.delete(this);
      this.#closed = true;
      this.#wake();
    });
    const { stdout, stderr } = this.#process;
    if (stdout === null || stderr === null) throw new Error('a child has no output');
    stderr.on('data', (chunk) => {
      this.#errors = `${this.#errors}${String(chunk)}`.slice(-4000);
    });
    createInterface({ input: stdout }).on('line', (line) => {
      const record = parseRecord(line);
      if (record === undefined) return;
      this.#note(record);
      onRecord?.(record);
    });
  }

  /** The port that the program serves `listener` on, as soon as it does. */
  async port(listener: string): Promise<number> {
    for (;;) {
      const port = this.#listening.get(listener);
      if (port !== undefined) return port;
      if (this.#closed) throw new Error(this.#failure());
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** The exit code, once the program has ended. */
  async ended(): Promise<number> {
    if (!this.#closed) await once(this.#process, 'close');
    return this.#process.exitCode ?? 1;
  }

  /** Asks the program to end, and makes it when it does not within five seconds. */
  async stop(): Promise<void> {
    const force = setTimeout(() => this.#process.kill('SIGKILL'), STOP_MILLISECONDS);
    this.#process.kill('SIGTERM');
    await this.ended();
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

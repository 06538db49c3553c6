import { randomInt } from 'node:crypto';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** A server of the tier, which ends with the process that started it. */
export class ServerProcess {
  readonly #name: string;
  readonly #child: ChildProcess;
  #log = '';

  constructor(name: string, program: string, args: readonly string[]) {
    this.#name = name;
    // setpriv asks the kernel to end the server when its parent dies, however that happens.
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (chunk) => {
        this.#log = `${this.#log}${String(chunk)}`.slice(-20_000);
      });
    }
  }

  /**
   * Waits until `probe` is true.
   *
   * @throws Error with the end of the log when the server ends, or needs longer than three minutes, since it may
   * have to leave the machine to others.
   */
  async ready(probe: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 180_000;
    while (Date.now() < deadline && this.#child.exitCode === null) {
      if (await probe().catch(() => false)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`[KARS_CLUSTER_START] ${this.#name} is not ready:\n${this.#log}`);
  }

  /** Ends the server. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const force = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
    clearTimeout(force);
  }
}

/**
 * A port of loopback that nobody listens on, below those that the kernel gives to connections: one of
 * them could be taken by a connection before its server listens.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = randomInt(20_000, 32_000);
    if (await isFree(port)) return port;
  }
  throw new Error('no port is free');
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

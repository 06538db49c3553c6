import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { onTestFinished } from 'vitest';
import { portOf } from '../support/servers.ts';

/** What a model was asked, and what came of it. */
export interface Attempt {
  readonly at: number;
  readonly status: number;
  /** Seconds, where the answer says to wait. */
  readonly retryAfter: number | undefined;
}

/** A path that asks a model; a count of tokens is no attempt. */
const ASKS = /\/(chat\/completions|responses|messages)(\?|$)/;

/** Stands before routers, and counts what they are asked: their logs count equal denials together. */
export class Door {
  /** Opens a door to routers, by the name of a turn. */
  static async open(
    routers: ReadonlyMap<string, string>,
    onAttempt: (turn: string, attempt: Attempt) => void,
  ): Promise<Door> {
    const door = new Door(routers, onAttempt);
    const server = createServer((incoming, response) => door.#pass(incoming, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => {
      server.close();
      server.closeAllConnections();
    });
    door.#port = portOf(server);
    return door;
  }

  readonly #routers: ReadonlyMap<string, string>;
  readonly #onAttempt: (turn: string, attempt: Attempt) => void;
  readonly #attempts = new Map<string, Attempt[]>();
  #port = 0;

  private constructor(
    routers: ReadonlyMap<string, string>,
    onAttempt: (turn: string, attempt: Attempt) => void,
  ) {
    this.#routers = routers;
    this.#onAttempt = onAttempt;
  }

  /** Where an agent finds the router of a turn. */
  endpoint(turn: string): string {
    return `http://127.0.0.1:${this.#port}/${turn}`;
  }

  /** What was asked in a turn. */
  attempts(turn: string): readonly Attempt[] {
    return this.#attempts.get(turn) ?? [];
  }

  #pass(incoming: IncomingMessage, response: ServerResponse): void {
    const { url = '', method, headers } = incoming;
    const [, turn = '', path = ''] = /^\/([^/]*)(\/.*)$/.exec(url) ?? [];
    const at = performance.now();
    const passed = request(`${this.#routers.get(turn) ?? ''}${path}`, { method, headers });
    passed.once('response', (answer) => {
      const { statusCode: status = 0 } = answer;
      if (method === 'POST' && ASKS.test(path)) {
        const said = answer.headers['retry-after'];
        this.#note(turn, { at, status, retryAfter: said === undefined ? undefined : Number(said) });
      }
      response.writeHead(status, answer.headers);
      answer.pipe(response);
    });
    passed.once('error', () => response.destroy());
    incoming.pipe(passed);
  }

  #note(turn: string, attempt: Attempt): void {
    this.#attempts.set(turn, [...this.attempts(turn), attempt]);
    this.#onAttempt(turn, attempt);
  }
}

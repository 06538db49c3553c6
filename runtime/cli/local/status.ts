import { Agent, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { AGENT_HOST, statusPaths } from 'kars-constructs/contract';

/** An answer of a status port. */
export interface StatusAnswer {
  readonly status: number;
  readonly body: string;
}

const ANSWER_MILLISECONDS = 10_000;
// A process that listens has read its documents already.
const READY_MILLISECONDS = 2000;
const PAUSE_MILLISECONDS = 25;

// Its own agent: the shared one takes a proxy out of the environment, which must not see loopback.
const direct = new Agent();

/** Asks a process on this machine for its status. */
export function getStatus(port: number, path: string): Promise<StatusAnswer> {
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
    get({ host: AGENT_HOST, port, path, agent: direct, signal }, (response) => {
      text(response).then(
        (body) => resolve({ status: response.statusCode ?? 0, body }),
        (error: unknown) => reject(error instanceof Error ? error : new Error(String(error))),
      );
    }).on('error', reject);
  });
}

/**
 * Waits until the process behind a status port is ready, as a kubelet does.
 *
 * @throws Error with what the process says when it is not within `limitMilliseconds`.
 */
export async function untilReady(
  name: string,
  port: number,
  limitMilliseconds = READY_MILLISECONDS,
): Promise<void> {
  const end = Date.now() + limitMilliseconds;
  for (;;) {
    const { status, body } = await getStatus(port, statusPaths.ready);
    if (status === 200) return;
    if (Date.now() >= end) throw new Error(`${name} is not ready: ${body}`);
    await delay(PAUSE_MILLISECONDS);
  }
}

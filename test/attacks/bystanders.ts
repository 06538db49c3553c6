import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { processes, statusPaths } from 'kars-constructs/contract';
import type { Outcome } from './attack.ts';

/** Somebody who has to answer whatever an agent does. */
export interface Bystander {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** What they are asked. */
  readonly request: string;
}

/** Far more than an answer takes on a busy machine. */
const PATIENCE = 10_000;
const PAUSE = 200;

/** The sidecars of a pod, by their status. */
export const sidecarsOf = ({ status }: Pod): readonly Bystander[] =>
  Object.entries(processes).map(([name, { statusPort }]) => ({
    name,
    host: status?.podIP ?? '',
    port: statusPort,
    request: `GET ${statusPaths.live} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`,
  }));

/** Does something, and says who did not answer at some time meanwhile. */
export async function whileAnswering<T>(
  bystanders: readonly Bystander[],
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly silent: readonly string[] }> {
  const done = new AbortController();
  const watched = bystanders.map(async (one) => {
    let silent = false;
    while (!done.signal.aborted) {
      silent = !(await answers(one)) || silent;
      await sleep(PAUSE);
    }
    return silent ? [one.name] : [];
  });
  try {
    const result = await work();
    done.abort();
    return { result, silent: (await Promise.all(watched)).flat() };
  } finally {
    done.abort();
  }
}

/** The outcome of an attack on what others need too: whoever falls silent has been hit. */
export const disturbing = (outcome: Outcome, silent: readonly string[]): Outcome =>
  outcome.outcome === 'stopped' && silent.length > 0
    ? { outcome: 'succeeded', detail: `no answer from ${silent.join(', ')}` }
    : outcome;

async function answers({ host, port, request }: Bystander): Promise<boolean> {
  const socket = connect({ host, port });
  try {
    socket.write(request);
    await once(socket, 'data', { signal: AbortSignal.timeout(PATIENCE) });
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

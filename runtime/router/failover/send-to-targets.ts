import { setTimeout as delay } from 'node:timers/promises';
import { deny, type Deny } from 'kars-constructs/contract';
import type { Settlement } from '../budget/settlement.ts';
import type { Exchange } from '../exchange.ts';
import { limits } from '../limits.ts';
import { CLIENT_GONE } from '../relay.ts';
import type { Provider } from '../surfaces/surface.ts';
import type { Upstream, UpstreamAnswer, UpstreamFault } from '../upstream.ts';
import type { Circuits, Entry } from './circuit.ts';
import { isFailure, refusalIn, type Refusal } from './refusal.ts';

/** A model at a provider, and what is exchanged with it. */
export interface Target {
  readonly provider: Provider;
  readonly deployment: string;
  readonly exchange: Exchange;
}

/** An attempt that is decided, charged and recorded. */
export interface Begun {
  readonly settlement: Pick<Settlement, 'free'>;
  readonly body: unknown;
}

/** What came of an attempt. */
export interface Sent<T extends Target, B extends Begun> {
  readonly target: T;
  readonly begun: B;
  readonly result: UpstreamAnswer | UpstreamFault;
  /** Undefined where no other attempt is safe. */
  readonly refusal: Refusal | undefined;
}

/** How a call is sent. */
export interface SendOptions<T extends Target, B extends Begun> {
  readonly upstream: Pick<Upstream, 'send'>;
  readonly circuits: Circuits;
  /** What serves the call. */
  readonly first: T;
  /** What may serve it otherwise, in order: planned when its turn comes, since most never have one. */
  readonly others: readonly (() => T | Deny)[];
  /** Decides, charges and records an attempt, or says why there is none. */
  readonly begin: (target: T) => Promise<B | Deny>;
  readonly gone: AbortSignal;
  /** @default that of an answer */
  readonly milliseconds?: number;
}

/** Left of the time for an answer, below which no other attempt begins. */
const LEAST_MILLISECONDS = 1000;

/** For the rest of a refusal, after which its connection serves another call; it is closed otherwise. */
const DISCARD_MILLISECONDS = 1000;

/**
 * Sends a call to the first target that serves it. Another attempt, at the same target or at the next, follows
 * on one that was refused before a model worked, and of which the client has seen nothing.
 */
export async function sendToTargets<T extends Target, B extends Begun>(
  options: SendOptions<T, B>,
): Promise<Sent<T, B> | Deny> {
  const { first, others, circuits, gone } = options;
  const sending = new Sending(options);
  for (const plan of [() => first, ...others]) {
    const target = plan();
    if ('code' in target) continue;
    const entry = circuits.of(target).enter();
    if (entry === undefined) continue;
    const sent = await sending.serve(target, entry);
    if ('code' in sent || sent.refusal === undefined) return sent;
    if (gone.aborted) return unread(sent);
    if (sending.left < LEAST_MILLISECONDS) return sent;
  }
  // Where no target is worth a call, the first is tried all the same.
  return sending.last ?? sending.attempt(first, circuits.of(first).force());
}

/** One call on its way through its targets. */
class Sending<T extends Target, B extends Begun> {
  readonly #options: SendOptions<T, B>;
  readonly #deadline: number;
  #last: Sent<T, B> | undefined;

  constructor(options: SendOptions<T, B>) {
    this.#options = options;
    this.#deadline = performance.now() + (options.milliseconds ?? limits.answerMilliseconds);
  }

  get last(): Sent<T, B> | undefined {
    return this.#last;
  }

  /** Milliseconds until an answer has to be there. */
  get left(): number {
    return this.#deadline - performance.now();
  }

  /** Makes an attempt, and a second one where the provider asks for a short wait. */
  async serve(target: T, entry: Entry): Promise<Sent<T, B> | Deny> {
    const { circuits, gone } = this.#options;
    const sent = await this.attempt(target, entry);
    const wait = 'code' in sent ? undefined : sent.refusal?.retryAfter;
    if (wait === undefined || wait > limits.retryWaitMilliseconds) return sent;
    if (this.left - wait < LEAST_MILLISECONDS) return sent;
    await delay(wait, undefined, { signal: gone }).catch(() => undefined);
    if (gone.aborted) return sent;
    const circuit = circuits.of(target);
    return this.attempt(target, circuit.enter() ?? circuit.force());
  }

  async attempt(target: T, entry: Entry): Promise<Sent<T, B> | Deny> {
    try {
      return await this.#attempt(target, entry);
    } finally {
      // Of no effect where something came of it.
      entry.abandoned();
    }
  }

  async #attempt(target: T, entry: Entry): Promise<Sent<T, B> | Deny> {
    const { begin, upstream, gone } = this.#options;
    const before = await this.#discardLast();
    if (before !== undefined && gone.aborted) return unread(before);
    const begun = await begin(target);
    if ('code' in begun) return begun;
    const { provider, exchange } = target;
    const { path, headers } = exchange;
    const request = { provider, path, headers, body: begun.body, milliseconds: this.left };
    const result = await upstream.send(request, gone);
    const refusal = refusalIn(result);
    if (gone.aborted) entry.abandoned();
    else if (isFailure(result)) entry.failed(refusal?.retryAfter);
    else entry.succeeded();
    this.#last = { target, begun, result, refusal };
    return this.#last;
  }

  /** Settles the attempt before this one, of which nobody gets anything. */
  async #discardLast(): Promise<Sent<T, B> | undefined> {
    const last = this.#last;
    if (last === undefined) return undefined;
    this.#last = undefined;
    const { begun, result, refusal } = last;
    if ('body' in result) discard(result.body);
    await begun.settlement.free(`${refusal?.outcome ?? 'refused'}; another attempt follows`);
    return last;
  }
}

/** Nobody waits for it: a refusal may have no end. */
function discard(body: UpstreamAnswer['body']): void {
  const signal = AbortSignal.timeout(DISCARD_MILLISECONDS);
  body.dump({ limit: limits.errorBytes, signal }).catch(() => undefined);
}

/** A refusal whose client has gone: its body ended with the call, and no model has worked. */
function unread<T extends Target, B extends Begun>(sent: Sent<T, B>): Sent<T, B> {
  const reason = `${sent.refusal?.outcome ?? 'refused'}; ${CLIENT_GONE}`;
  const denial = deny('KARS_UPSTREAM_INTERRUPTED', 'inference router', reason);
  return { ...sent, result: { denial, isSent: false } };
}

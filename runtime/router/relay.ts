import { createParser } from 'eventsource-parser';
import { deny, type Deny } from 'kars-constructs/contract';
import type { TokenUsage } from '../service/decision-recorder.ts';
import type { ReservedOutput } from './budget/budget.ts';
import { brokenBy } from './broken-answer.ts';
import type { CallWatch } from './call-metrics.ts';
import { limits } from './limits.ts';
import { TOO_DEEP } from './read-answer.ts';
import type { ErrorShape, ServerEvent, StreamStep } from './surfaces/surface.ts';
import { withoutCredential } from './redaction.ts';
import type { EventGate, Passing } from './event-gate.ts';

/** How a stream ended, and what it used. */
export interface StreamOutcome {
  readonly usage: TokenUsage | undefined;
  /** Whether it came to its end, so that the usage is that of all of it. */
  readonly isWhole: boolean;
  readonly outcome: string;
}

/** How a stream is relayed. */
export interface RelayOptions {
  /** What an event says; undefined for one that the surface does not have. */
  readonly read: (event: ServerEvent) => StreamStep | undefined;
  /** The events of the client's API that an event stands for. @default the event itself */
  readonly translate?: ((event: ServerEvent) => readonly ServerEvent[] | Deny) | undefined;
  readonly errors: ErrorShape;
  /** Most bytes of an event. @default {@link limits.eventBytes} */
  readonly eventBytes?: number | undefined;
  /** Holds back what must not go on before it is judged. */
  readonly gate: EventGate;
  /** What must not leave with an event. */
  readonly credential?: string | undefined;
  /** Aborted when the client goes away before the end. */
  readonly gone: AbortSignal;
  /**
   * Output tokens that are reserved for the call. An event with text is a token at least, so a stream with
   * more of them has a provider that does not keep to its limit, and is cut.
   *
   * @default any number
   */
  readonly reserved?: ReservedOutput | undefined;
  /** Told of what the model says, and of a fault. @default nobody is told */
  readonly watch?: Pick<CallWatch, 'said' | 'failed' | 'traced'>;
  /** Told once, at the end, whatever the end is. */
  readonly settle: (outcome: StreamOutcome) => Promise<void>;
}

/** How a call ends whose client does not wait for it. */
export const CLIENT_GONE = 'the client went away';

const COMPLETED = 'completed';

const RULE = 'inference router';

/**
 * Relays the events of a stream. What comes out does not depend on how the bytes were cut. A stream that
 * ends early, or carries something else, ends with an error event, which clients raise.
 */
export async function* relayStream(
  body: AsyncIterable<Uint8Array>,
  options: RelayOptions,
): AsyncGenerator<string> {
  const { errors, gone, watch, settle, credential, eventBytes = limits.eventBytes } = options;
  const relayed = new RelayedEvents(options);
  let outcome = CLIENT_GONE;
  try {
    for await (const together of eventsOf(body, eventBytes, credential)) {
      let frames = '';
      let isOver = false;
      for (const got of together) {
        const taken = 'code' in got ? { shown: [], end: got } : relayed.take(got);
        // Most events go on at once, and a turn for each of them costs more than the event.
        const { shown, end } = taken instanceof Promise ? await taken : taken;
        for (const event of shown) frames += frame(event);
        if (end === undefined) continue;
        outcome = end === COMPLETED ? COMPLETED : end.reason;
        if (end !== COMPLETED) {
          if (!gone.aborted) watch?.failed(end);
          frames += frame(errors.event(end));
        }
        isOver = true;
        break;
      }
      if (frames !== '') yield frames;
      if (isOver) return;
    }
    outcome = ENDED.reason;
    if (!gone.aborted) watch?.failed(ENDED);
    yield frame(errors.event(ENDED));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    outcome = TOO_DEEP.reason;
    watch?.failed(TOO_DEEP);
    yield frame(errors.event(TOO_DEEP));
  } finally {
    // A client that goes away also breaks the connection to the provider.
    const isWhole = outcome === COMPLETED && !gone.aborted;
    await settle({ usage: relayed.usage, isWhole, outcome: gone.aborted ? CLIENT_GONE : outcome });
  }
}

/** What becomes of an event. */
interface Relayed {
  /** What the client is shown. */
  readonly shown: readonly ServerEvent[];
  /** Undefined where the stream goes on. */
  readonly end?: typeof COMPLETED | Deny | undefined;
}

type EventOptions = Pick<RelayOptions, 'gate' | 'read' | 'reserved' | 'translate' | 'watch'>;

/** The events of one stream, counted. */
class RelayedEvents {
  readonly #options: EventOptions;
  #usage: Partial<TokenUsage> = {};
  #texts = 0;

  constructor(options: EventOptions) {
    this.#options = options;
  }

  /** What is known of the usage, where all of it is. */
  get usage(): TokenUsage | undefined {
    const { input, output } = this.#usage;
    return input === undefined || output === undefined ? undefined : { input, output };
  }

  /** Takes the next event, which may let others go on that were held back. */
  take(event: ServerEvent): Relayed | Promise<Relayed> {
    const step = this.#options.read(event);
    if (step === undefined) return { shown: [], end: NO_EVENT };
    // Before anything is held back: what is under way costs, whoever sees it.
    const fault = this.#count(step);
    if (fault !== undefined) return { shown: [], end: fault };
    const passing = this.#options.gate.take({ event, step });
    return passing instanceof Promise
      ? passing.then((judged) => this.#pass(judged))
      : this.#pass(passing);
  }

  #pass(passing: readonly Passing[] | Deny): Relayed {
    if ('code' in passing) return { shown: [], end: passing };
    const shown: ServerEvent[] = [];
    for (const one of passing) {
      const said = this.#say(one);
      if ('code' in said) return { shown, end: said };
      shown.push(...said);
      if (one.step.isEnd === true) return { shown, end: COMPLETED };
    }
    return { shown };
  }

  #count({ usage, hasText, finishReasons = [] }: StreamStep): Deny | undefined {
    const { reserved, watch } = this.#options;
    watch?.traced.finished(finishReasons);
    this.#usage = larger(this.#usage, usage);
    if (hasText === true) {
      this.#texts += 1;
      watch?.said();
    }
    if (reserved === undefined || this.#texts <= reserved.total) return undefined;
    const reason = `the provider sent more than the ${reserved.total} tokens of output that are reserved`;
    return deny('KARS_BUDGET_SPENT', reserved.rule, reason);
  }

  #say({ event, step }: Passing): readonly ServerEvent[] | Deny {
    const { translate } = this.#options;
    if (translate !== undefined) return translate(event);
    return step.isHidden === true ? [] : [event];
  }
}

/** Reports count up within one call, so that a later one with less has left something out. */
function larger(known: Partial<TokenUsage>, { input, output }: Partial<TokenUsage> = {}) {
  return {
    ...known,
    ...(input === undefined ? {} : { input: Math.max(input, known.input ?? 0) }),
    ...(output === undefined ? {} : { output: Math.max(output, known.output ?? 0) }),
  };
}

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
function frame({ event, data }: ServerEvent): string {
  const named = event === undefined ? '' : `event: ${event}\n`;
  return `${named}data: ${data.includes('\n') ? data.replaceAll('\n', '\ndata: ') : data}\n\n`;
}

const NO_EVENT = deny(
  'KARS_UPSTREAM_INVALID',
  RULE,
  'the provider sent an event that is none of this API',
);

const ENDED = deny(
  'KARS_UPSTREAM_INTERRUPTED',
  RULE,
  'the provider ended the stream in the middle',
);

const tooLong = (most: number): Deny =>
  deny('KARS_UPSTREAM_INVALID', RULE, `the provider sent an event over ${most} bytes`);

/** The events of each read, in turn; a denial stands for a fault, after which nothing follows. */
async function* eventsOf(
  body: AsyncIterable<Uint8Array>,
  most: number,
  credential: string | undefined,
): AsyncGenerator<readonly (ServerEvent | Deny)[]> {
  const ready: ServerEvent[] = [];
  let pending = 0;
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent: ({ event, data }) => {
      ready.push({ event, data: withoutCredential(data, credential) });
      pending = 0;
    },
  });
  try {
    for await (const bytes of body) {
      pending += bytes.length;
      parser.feed(decoder.decode(bytes, { stream: true }));
      if (ready.length > 0) yield ready.splice(0);
      if (pending > most) {
        yield [tooLong(most)];
        return;
      }
    }
  } catch (error) {
    yield [brokenBy(error)];
  }
}

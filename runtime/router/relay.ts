import { createParser } from 'eventsource-parser';
import { deny, type Deny } from 'kars-constructs/contract';
import type { TokenUsage } from '../service/decision-recorder.ts';
import type { ReservedOutput } from './budget/budget.ts';
import { brokenBy } from './broken-answer.ts';
import type { CallWatch } from './call-metrics.ts';
import { limits } from './limits.ts';
import type { ErrorShape, ServerEvent, StreamStep } from './surfaces/surface.ts';
import type { CallGate, Passing } from './tools/call-gate.ts';

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
  readonly errors: ErrorShape;
  /** Holds back what must not go on before it is judged. */
  readonly gate: CallGate;
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
  readonly watch?: Pick<CallWatch, 'said' | 'failed'>;
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
  { read, errors, gate, credential, gone, reserved, watch, settle }: RelayOptions,
): AsyncGenerator<string> {
  let usage: Partial<TokenUsage> = {};
  let outcome = CLIENT_GONE;
  let texts = 0;
  const relayed = { isOver: false };
  const end = (denial: Deny): string => {
    outcome = denial.reason;
    if (!gone.aborted) watch?.failed(denial);
    relayed.isOver = true;
    return frame(errors.event(denial));
  };
  /** What goes on of an event. */
  const relay = ({ event, step }: Passing): string => {
    usage = larger(usage, step.usage);
    if (step.hasText === true) {
      texts += 1;
      watch?.said();
    }
    if (reserved !== undefined && texts > reserved.total) {
      const reason = `the provider sent more than the ${reserved.total} tokens of output that are reserved`;
      return end(deny('KARS_BUDGET_SPENT', reserved.rule, reason));
    }
    if (step.isEnd === true) {
      outcome = COMPLETED;
      relayed.isOver = true;
    }
    return step.isHidden === true ? '' : frame(withoutCredential(event, credential));
  };
  const take = (event: ServerEvent) => {
    const step = read(event);
    return step === undefined ? NO_EVENT : gate.take({ event, step });
  };
  try {
    for await (const together of eventsOf(body)) {
      let frames = '';
      for (const got of together) {
        const taken = 'code' in got ? got : take(got);
        // Most events go on at once, and a turn for each of them costs more than the event.
        const passing = taken instanceof Promise ? await taken : taken;
        if ('code' in passing) frames += end(passing);
        else for (const one of passing) frames += relayed.isOver ? '' : relay(one);
        if (relayed.isOver) break;
      }
      if (frames !== '') yield frames;
      if (relayed.isOver) return;
    }
    yield end(ENDED);
  } finally {
    // A client that goes away also breaks the connection to the provider.
    const isWhole = outcome === COMPLETED && !gone.aborted;
    await settle({ usage: whole(usage), isWhole, outcome: gone.aborted ? CLIENT_GONE : outcome });
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

/** Some providers repeat the key in what they say. */
const withoutCredential = (event: ServerEvent, credential: string | undefined): ServerEvent =>
  credential === undefined
    ? event
    : { ...event, data: event.data.replaceAll(credential, '<credential>') };

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
function frame({ event, data }: ServerEvent): string {
  const named = event === undefined ? '' : `event: ${event}\n`;
  return `${named}data: ${data.includes('\n') ? data.replaceAll('\n', '\ndata: ') : data}\n\n`;
}

const whole = ({ input, output }: Partial<TokenUsage>): TokenUsage | undefined =>
  input === undefined || output === undefined ? undefined : { input, output };

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

const TOO_LONG = deny(
  'KARS_UPSTREAM_INVALID',
  RULE,
  `the provider sent an event over ${limits.eventBytes} bytes`,
);

/** The events of each read, in turn; a denial stands for a fault, after which nothing follows. */
async function* eventsOf(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly (ServerEvent | Deny)[]> {
  const ready: ServerEvent[] = [];
  let pending = 0;
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent: ({ event, data }) => {
      ready.push({ event, data });
      pending = 0;
    },
  });
  try {
    for await (const bytes of body) {
      pending += bytes.length;
      parser.feed(decoder.decode(bytes, { stream: true }));
      if (ready.length > 0) yield ready.splice(0);
      if (pending > limits.eventBytes) {
        yield [TOO_LONG];
        return;
      }
    }
  } catch (error) {
    yield [brokenBy(error)];
  }
}

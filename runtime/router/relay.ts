import { createParser } from 'eventsource-parser';
import { deny, type Deny } from 'kars-constructs/contract';
import type { TokenUsage } from '../service/decision-recorder.ts';
import type { ReservedOutput } from './budget/budget.ts';
import { limits } from './limits.ts';
import type { ErrorShape, ServerEvent, StreamStep } from './surfaces/surface.ts';
import type { CallGate } from './tools/call-gate.ts';

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
  { read, errors, gate, credential, gone, reserved, settle }: RelayOptions,
): AsyncGenerator<string> {
  let usage: Partial<TokenUsage> = {};
  let outcome = CLIENT_GONE;
  let texts = 0;
  const pass = (event: ServerEvent) => {
    const step = read(event);
    return step === undefined ? NO_EVENT : gate.take({ event, step });
  };
  try {
    for await (const got of eventsOf(body)) {
      const passing = 'code' in got ? got : await pass(got);
      if ('code' in passing) {
        outcome = passing.reason;
        yield frame(errors.event(passing));
        return;
      }
      for (const { event, step } of passing) {
        usage = larger(usage, step.usage);
        if (step.hasText === true) texts += 1;
        if (reserved !== undefined && texts > reserved.total) {
          const reason = `the provider sent more than the ${reserved.total} tokens of output that are reserved`;
          const fault = deny('KARS_BUDGET_SPENT', reserved.rule, reason);
          outcome = fault.reason;
          yield frame(errors.event(fault));
          return;
        }
        if (step.isEnd === true) outcome = COMPLETED;
        if (step.isHidden !== true) yield frame(withoutCredential(event, credential));
        if (step.isEnd === true) return;
      }
    }
    outcome = ENDED.reason;
    yield frame(errors.event(ENDED));
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
  const lines = data.split('\n').map((line) => `data: ${line}\n`);
  return `${event === undefined ? '' : `event: ${event}\n`}${lines.join('')}\n`;
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

const BROKEN = deny(
  'KARS_UPSTREAM_INTERRUPTED',
  RULE,
  'the connection to the provider broke in the middle',
);

const TOO_LONG = deny(
  'KARS_UPSTREAM_INVALID',
  RULE,
  `the provider sent an event over ${limits.eventBytes} bytes`,
);

/** Each event in turn; a denial stands for a fault, after which nothing follows. */
async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent | Deny> {
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
      yield* ready.splice(0);
      if (pending > limits.eventBytes) {
        yield TOO_LONG;
        return;
      }
    }
  } catch {
    yield BROKEN;
  }
}

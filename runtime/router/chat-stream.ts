import { createParser } from 'eventsource-parser';
import { deny, type Deny } from 'kars-constructs/contract';
import { z } from 'zod';
import type { TokenUsage } from '../service/decision-recorder.ts';
import type { ReservedOutput } from './budget/budget.ts';
import { limits } from './limits.ts';
import { openAiError } from './openai-error.ts';
import { usageOf } from './usage.ts';

/** How a stream ended, and what it used. */
export interface StreamOutcome {
  readonly usage: TokenUsage | undefined;
  /** Whether it came to its end, so that the usage is that of all of it. */
  readonly isWhole: boolean;
  readonly outcome: string;
}

/** How a stream is relayed. */
export interface RelayOptions {
  /** Whether the client asked for the event that reports usage. */
  readonly showUsage: boolean;
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

const frame = (data: string): string => `data: ${data}\n\n`;

/**
 * Relays the events of a streamed completion. What comes out does not depend on how the bytes were cut.
 * A stream that ends early, or carries something else, ends with an error event, which clients raise.
 *
 */
export async function* relayChat(
  body: AsyncIterable<Uint8Array>,
  { showUsage, gone, reserved, settle }: RelayOptions,
): AsyncGenerator<string> {
  let usage: TokenUsage | undefined;
  let outcome = CLIENT_GONE;
  let texts = 0;
  try {
    for await (const event of eventsOf(body)) {
      if (typeof event !== 'string') {
        outcome = event.reason;
        yield frame(JSON.stringify(openAiError(event)));
        return;
      }
      if (event === '[DONE]') {
        outcome = COMPLETED;
        yield frame(event);
        return;
      }
      const chunk = parseChunk(event);
      if (chunk === undefined) {
        const fault = deny(
          'KARS_UPSTREAM_INVALID',
          RULE,
          'the provider sent an event that is no JSON object',
        );
        outcome = fault.reason;
        yield frame(JSON.stringify(openAiError(fault)));
        return;
      }
      usage = usageOf(chunk) ?? usage;
      if (reserved !== undefined && hasText(chunk)) texts += 1;
      if (reserved !== undefined && texts > reserved.output) {
        const reason = `the provider sent more than the ${reserved.output} tokens of output that are reserved`;
        const fault = deny('KARS_BUDGET_SPENT', reserved.rule, reason);
        outcome = fault.reason;
        yield frame(JSON.stringify(openAiError(fault)));
        return;
      }
      if (showUsage || !isUsageOnly(chunk)) yield frame(event);
    }
    const fault = deny(
      'KARS_UPSTREAM_INTERRUPTED',
      RULE,
      'the provider ended the stream in the middle',
    );
    outcome = fault.reason;
    yield frame(JSON.stringify(openAiError(fault)));
  } finally {
    // A client that goes away also breaks the connection to the provider.
    const isWhole = outcome === COMPLETED && !gone.aborted;
    await settle({ usage, isWhole, outcome: gone.aborted ? CLIENT_GONE : outcome });
  }
}

/** The data of each event in turn; a denial stands for a fault, after which nothing follows. */
async function* eventsOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string | Deny> {
  const ready: string[] = [];
  let pending = 0;
  const decoder = new TextDecoder();
  const parser = createParser({
    onEvent: ({ data }) => {
      ready.push(data);
      pending = 0;
    },
  });
  try {
    for await (const bytes of body) {
      pending += bytes.length;
      parser.feed(decoder.decode(bytes, { stream: true }));
      yield* ready.splice(0);
      if (pending > limits.eventBytes) {
        yield deny(
          'KARS_UPSTREAM_INVALID',
          RULE,
          `the provider sent an event over ${limits.eventBytes} bytes`,
        );
        return;
      }
    }
  } catch {
    yield deny(
      'KARS_UPSTREAM_INTERRUPTED',
      RULE,
      'the connection to the provider broke in the middle',
    );
  }
}

function parseChunk(data: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(data);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

const choice = z.looseObject({ delta: z.record(z.string(), z.unknown()) });
const delta = z.looseObject({ choices: z.array(choice) });

/** Whether a chunk carries something that the model has said, in whatever field. */
function hasText(chunk: Record<string, unknown>): boolean {
  const { data } = delta.safeParse(chunk);
  return (data?.choices ?? []).some(({ delta: said }) =>
    Object.entries(said).some(
      ([name, value]) => name !== 'role' && value !== null && value !== '' && !isEmptyList(value),
    ),
  );
}

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0;

/** The last event, which exists only because the router asks for usage. */
const isUsageOnly = ({ usage, choices }: Record<string, unknown>): boolean =>
  usage !== undefined && usage !== null && Array.isArray(choices) && choices.length === 0;

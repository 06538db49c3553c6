import type { Readable } from 'node:stream';
import { deny, type Deny } from 'kars-constructs/contract';
import type { TokenUsage } from '../service/decision-recorder.ts';
import { brokenBy } from './broken-answer.ts';
import type { Exchange, ProviderError } from './exchange.ts';
import { limits } from './limits.ts';
import { withoutCredential } from './redaction.ts';
import { finishReasonsOf } from './surfaces/finish-reasons.ts';
import { isRecord } from './surfaces/reach.ts';
import type { ErrorShape, ToolCall } from './surfaces/surface.ts';
import type { UpstreamAnswer } from './upstream.ts';

/** A whole answer for the client. */
export interface WholeAnswer {
  readonly status: number;
  /** What it says, or why that cannot be said: for after its calls are judged. */
  readonly body: string | Deny;
  readonly usage: TokenUsage | undefined;
  readonly calls: readonly ToolCall[];
  /** Why it ended, as the provider says. */
  readonly finishReasons: readonly string[];
  /** What the provider wrote; undefined for an error. */
  readonly value: unknown;
}

const RULE = 'inference router';

/** Reads an answer that is not a stream; an error of the provider passes in the shape of its API. */
export async function readAnswer(
  answer: UpstreamAnswer,
  {
    isAnswer,
    usageOf,
    calledTools,
    answers,
  }: Pick<Exchange, 'answers' | 'calledTools' | 'isAnswer' | 'usageOf'>,
  errors: ErrorShape,
): Promise<WholeAnswer | Deny> {
  const isError = answer.status < 200 || answer.status > 299;
  const got = await readBounded(answer.body, isError ? limits.errorBytes : limits.answerBytes);
  if (typeof got !== 'string') return got;
  const text = withoutCredential(got, answer.credential);
  const value = parse(text);
  if (isError) {
    const status = statusOf(answer.status);
    const said =
      hasError(value) && calledTools(value).length === 0
        ? answers === undefined
          ? text
          : textOf(answers.error(status, errorIn(value)))
        : undefined;
    return {
      status,
      body: said ?? JSON.stringify(errors.body(statusFault(answer.status))),
      usage: undefined,
      calls: [],
      finishReasons: [],
      value: undefined,
    };
  }
  if (!isAnswer(value)) {
    return deny(
      'KARS_UPSTREAM_INVALID',
      RULE,
      'the provider answered with something that is no answer of this API',
    );
  }
  return {
    status: answer.status,
    body: answers === undefined ? text : bodyOf(answers.answer(value)),
    usage: usageOf(value),
    calls: calledTools(value),
    finishReasons: finishReasonsOf(value),
    value,
  };
}

const bodyOf = (said: object | Deny): string | Deny =>
  'code' in said ? said : (textOf(said) ?? TOO_DEEP);

/** By events, which take a third of the CPU that an iterator takes. */
function readBounded(body: Readable, most: number): Promise<string | Deny> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let size = 0;
    body.on('data', (part: Buffer) => {
      size += part.length;
      if (size <= most) {
        parts.push(part);
        return;
      }
      resolve(deny('KARS_UPSTREAM_INVALID', RULE, `the provider sent more than ${most} bytes`));
      body.destroy();
    });
    body.once('end', () => resolve(Buffer.concat(parts).toString('utf8')));
    body.on('error', (error) => resolve(brokenBy(error)));
    body.once('close', () => resolve(brokenBy(undefined)));
  });
}

/** A redirect is never followed, and must not be followed by the client either. */
const statusOf = (status: number): number => (status >= 400 && status <= 599 ? status : 502);

const statusFault = (status: number): Deny =>
  deny('KARS_UPSTREAM_INVALID', RULE, `the provider answered with status ${status}`);

/** Undefined for a value of so many levels that nothing writes it. */
function textOf(value: object): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

/** An answer that cannot be written anew. */
export const TOO_DEEP = deny(
  'KARS_UPSTREAM_INVALID',
  RULE,
  'the provider answered with more levels than can be written',
);

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function errorIn({ error }: Readonly<Record<'error', unknown>>): ProviderError {
  if (!isRecord(error)) return { message: String(error), type: null, code: null, param: null };
  const textIn = (name: string): string | null => {
    const value = error[name];
    return typeof value === 'string' ? value : null;
  };
  return {
    message: textIn('message') ?? textOf(error) ?? '',
    type: textIn('type'),
    code: textIn('code'),
    param: textIn('param'),
  };
}

/** Errors of every API have this member. */
const hasError = (value: unknown): value is Readonly<Record<'error', unknown>> =>
  isRecord(value) && 'error' in value;

import type { Readable } from 'node:stream';
import { deny, type Deny } from 'kars-constructs/contract';
import type { TokenUsage } from '../service/decision-recorder.ts';
import { brokenBy } from './broken-answer.ts';
import type { Exchange } from './exchange.ts';
import { limits } from './limits.ts';
import { isRecord } from './surfaces/reach.ts';
import type { ErrorShape, ToolCall } from './surfaces/surface.ts';
import type { UpstreamAnswer } from './upstream.ts';

/** A whole answer for the client. */
export interface WholeAnswer {
  readonly status: number;
  readonly body: string;
  readonly usage: TokenUsage | undefined;
  readonly calls: readonly ToolCall[];
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
  const text = await readBounded(answer.body, isError ? limits.errorBytes : limits.answerBytes);
  if (typeof text !== 'string') return text;
  const value = parse(text);
  if (isError) {
    const body = hasError(value)
      ? answers === undefined
        ? text
        : JSON.stringify(answers.error(answer.status, messageOf(value)))
      : JSON.stringify(errors.body(statusFault(answer.status)));
    return {
      status: statusOf(answer.status),
      body: withoutCredential(body, answer),
      usage: undefined,
      calls: [],
    };
  }
  if (!isAnswer(value)) {
    return deny(
      'KARS_UPSTREAM_INVALID',
      RULE,
      'the provider answered with something that is no answer of this API',
    );
  }
  const translated = answers?.answer(value);
  if (translated !== undefined && 'code' in translated) return translated;
  const body = translated === undefined ? text : JSON.stringify(translated);
  return {
    status: answer.status,
    body: withoutCredential(body, answer),
    usage: usageOf(value),
    calls: calledTools(value),
  };
}

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
const statusOf = (status: number): number => (status >= 400 ? status : 502);

const statusFault = (status: number): Deny =>
  deny('KARS_UPSTREAM_INVALID', RULE, `the provider answered with status ${status}`);

/** Some providers repeat the key that they refuse. */
const withoutCredential = (text: string, { credential }: UpstreamAnswer): string =>
  credential === undefined ? text : text.replaceAll(credential, '<credential>');

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What an error says, in the form that most have. */
const messageOf = ({ error }: Readonly<Record<'error', unknown>>): string =>
  isRecord(error) && typeof error['message'] === 'string'
    ? error['message']
    : JSON.stringify(error);

/** Errors of every API have this member. */
const hasError = (value: unknown): value is Readonly<Record<'error', unknown>> =>
  isRecord(value) && 'error' in value;

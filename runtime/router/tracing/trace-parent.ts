import { randomBytes } from 'node:crypto';

/** A span of the agent that a call belongs to. */
export interface TraceParent {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

const FORM =
  /^(?!ff)(?<version>[0-9a-f]{2})-(?<trace>[0-9a-f]{32})-(?<span>[0-9a-f]{16})-[0-9a-f]{2}(?<more>-.*)?$/;

/** More than any version has. */
const LONGEST = 256;

const isZero = (digits: string): boolean => /^0+$/.test(digits);

/**
 * What an agent says its call belongs to; undefined where that is not of the form that it has to have. Its flags
 * decide nothing: whether a call is traced is not the agent's matter.
 *
 * @see https://www.w3.org/TR/trace-context/#traceparent-header
 */
export function readTraceParent(header: unknown): TraceParent | undefined {
  if (typeof header !== 'string' || header.length > LONGEST) return undefined;
  const { version, trace = '', span = '', more } = FORM.exec(header)?.groups ?? {};
  if (version === undefined || isZero(trace) || isZero(span)) return undefined;
  if (version === '00' && more !== undefined) return undefined;
  return { traceId: trace, spanId: span };
}

/** The id of a trace that begins here. */
export const newTraceId = (): string => randomBytes(16).toString('hex');

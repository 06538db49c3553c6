import type { IncomingHttpHeaders } from 'node:http';
import { httpHeaders } from 'kars-constructs/contract';

/**
 * Milliseconds until a provider wants to be asked again; undefined where it does not say, or not as one can
 * read it. Some providers say it in milliseconds besides.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-retry-after
 */
export function retryAfterOf(
  headers: IncomingHttpHeaders,
  now: () => number = Date.now,
): number | undefined {
  const exact = headers[httpHeaders.providerRetryAfterExact.name];
  if (typeof exact === 'string' && DIGITS.test(exact)) return Number(exact);
  const text = headers[httpHeaders.providerRetryAfter.name];
  if (text === undefined) return undefined;
  if (DIGITS.test(text)) return Number(text) * 1000;
  const date = DATE.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - now());
}

const DIGITS = /^\d{1,9}$/;

/** Every form of a date begins with the name of its day. */
const DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)/;

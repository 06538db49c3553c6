import { runtimeCodes, type Deny } from 'kars-constructs/contract';
import { denialText } from '../denial-text.ts';
import type { ErrorShape } from '../surface.ts';

/**
 * Errors in the form that clients of Anthropic's API understand and show.
 *
 * @see https://docs.anthropic.com/en/api/errors
 */
export const anthropicErrors: ErrorShape = {
  body: anthropicError,
  event: (denial) => ({ event: 'error', data: JSON.stringify(anthropicError(denial)) }),
};

function anthropicError(denial: Deny): object {
  const { code } = denial;
  const type = TYPES.get(runtimeCodes[code].status) ?? 'api_error';
  return { type: 'error', error: { type, message: denialText(denial), code } };
}

const TYPES: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
]);

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
  const { error } = anthropicErrorOf(runtimeCodes[code].status, denialText(denial));
  return { type: 'error', error: { ...error, code } };
}

interface AnthropicError {
  readonly type: 'error';
  readonly error: { readonly type: string; readonly message: string };
}

/** An error of this API, by its HTTP status. */
export const anthropicErrorOf = (status: number, message: string): AnthropicError => ({
  type: 'error',
  error: { type: TYPES.get(status) ?? 'api_error', message },
});

const TYPES: ReadonlyMap<number, string> = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);

import { runtimeCodes, type Deny } from 'kars-constructs/contract';
import { denialText } from './denial-text.ts';
import type { ErrorShape } from './surface.ts';

/** Errors in the form that clients of OpenAI's API understand and show. */
export const openAiErrors: ErrorShape = {
  body: openAiError,
  event: (denial) => ({ event: undefined, data: JSON.stringify(openAiError(denial)) }),
};

function openAiError(denial: Deny): object {
  const { code } = denial;
  return {
    error: {
      message: denialText(denial),
      type: typeOf(runtimeCodes[code].status),
      code,
      param: null,
    },
  };
}

function typeOf(status: number): string {
  if (status === 403) return 'policy_violation';
  if (status === 429) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'proxy_error';
}

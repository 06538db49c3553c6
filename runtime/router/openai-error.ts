import { runtimeCodes, type Deny } from 'kars-constructs/contract';

/** The body of an error as the OpenAI API has it. */
export interface OpenAiError {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly code: string;
    readonly param: null;
  };
}

/** Passes with time, unlike all others below 500. */
const TOO_MANY = 429;

/** A denial in the form that OpenAI clients understand and show. */
export function openAiError({ code, reason, rule, cure }: Deny): OpenAiError {
  const message = `${reason} [${code}; rule: ${rule}; to change it: ${cure}]`;
  return { error: { message, type: typeOf(runtimeCodes[code].status), code, param: null } };
}

/**
 * Headers of a denial. Client libraries retry several statuses by themselves; a decision does not
 * change by asking again.
 */
export function denialHeaders({ code }: Deny): Record<string, string> {
  const { status } = runtimeCodes[code];
  return {
    'x-kars-decision': 'deny',
    'x-kars-code': code,
    ...(status < 500 && status !== TOO_MANY ? { 'x-should-retry': 'false' } : {}),
  };
}

function typeOf(status: number): string {
  if (status === 403) return 'policy_violation';
  if (status === TOO_MANY) return 'rate_limit_error';
  return status < 500 ? 'invalid_request_error' : 'proxy_error';
}

/** A field of HTTP that a process sets or reads of its own accord. */
export interface HttpHeader {
  readonly name: string;
  /** Where it stands. */
  readonly of: 'answer' | 'request' | 'provider request' | 'provider answer';
  /** What sets or reads it. */
  readonly by: 'router' | 'egress proxy' | 'both';
  readonly meaning: string;
}

/** Every one of them; what passes between an agent and a host through the egress proxy is none. */
export const httpHeaders = {
  decision: {
    name: 'x-kars-decision',
    of: 'answer',
    by: 'both',
    meaning: '`deny` on every denial, absent on any other answer',
  },
  code: {
    name: 'x-kars-code',
    of: 'answer',
    by: 'both',
    meaning: 'Code of the denial',
  },
  rule: {
    name: 'x-kars-rule',
    of: 'answer',
    by: 'egress proxy',
    meaning: 'The rule that denied: where in which resource',
  },
  tokensLeft: {
    name: 'x-kars-tokens-left',
    of: 'answer',
    by: 'router',
    meaning:
      'Tokens that are left in the window that has least, when all is used that the call may use; absent without a budget',
  },
  shouldRetry: {
    name: 'x-should-retry',
    of: 'answer',
    by: 'router',
    meaning:
      '`false` on a denial that stays one when it is asked again; client libraries of OpenAI and Anthropic obey it',
  },
  retryAfter: {
    name: 'retry-after',
    of: 'answer',
    by: 'router',
    meaning:
      'Seconds until a call fits under a rate, or until the provider wants to be asked again',
  },
  accept: {
    name: 'accept',
    of: 'request',
    by: 'egress proxy',
    meaning: 'Whether a denial is told as JSON, or as text to whoever would rather have text',
  },
  traceParent: {
    name: 'traceparent',
    of: 'request',
    by: 'router',
    meaning:
      'Trace that a call belongs to, for the audit log and for spans, where it has the form of W3C Trace Context; it decides nothing, not even whether a call is traced',
  },
  anthropicVersion: {
    name: 'anthropic-version',
    of: 'provider request',
    by: 'router',
    meaning: 'Version of the API, for a provider that speaks that of Anthropic',
  },
  anthropicBeta: {
    name: 'anthropic-beta',
    of: 'provider request',
    by: 'router',
    meaning: 'What is in trial at Anthropic and a request takes, where the policy names that act',
  },
  bearer: {
    name: 'authorization',
    of: 'provider request',
    by: 'router',
    meaning: 'The credential of the provider as a bearer token, or as its policy says',
  },
  key: {
    name: 'x-api-key',
    of: 'provider request',
    by: 'router',
    meaning: 'The key of a provider that speaks the API of Anthropic, or whose policy says so',
  },
  azureKey: {
    name: 'api-key',
    of: 'provider request',
    by: 'router',
    meaning: 'The key of a provider whose policy says so',
  },
  providerRetryAfter: {
    name: 'retry-after',
    of: 'provider answer',
    by: 'router',
    meaning: 'When a provider wants to be asked again',
  },
  providerRetryAfterExact: {
    name: 'retry-after-ms',
    of: 'provider answer',
    by: 'router',
    meaning: 'The same in milliseconds, which counts where both are there',
  },
} as const satisfies Readonly<Record<string, HttpHeader>>;

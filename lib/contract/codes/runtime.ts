/** What a process answers when it does not carry out a call. */
interface RuntimeCode {
  /** HTTP status of the answer. */
  readonly status: number;
  readonly meaning: string;
  readonly cure: string;
}

/** Denials and faults that an agent can meet. The key never changes its meaning and is never reused. */
export const runtimeCodes = {
  KARS_POLICY_UNAVAILABLE: {
    status: 403,
    meaning:
      'the process has no valid document set, or the set lacks the document that decides this call',
    cure: 'read /internal/policy-status of the process; apply the synthesized ConfigMaps again',
  },
  KARS_AUDIT_UNAVAILABLE: {
    status: 503,
    meaning: 'the decision cannot be written to the audit log',
    cure: 'check the state volume of the sandbox',
  },
  KARS_ROUTE_UNKNOWN: {
    status: 404,
    meaning: 'the router does not serve this method and path',
    cure: 'use POST /v1/chat/completions, /v1/responses, /v1/completions, /v1/embeddings or /v1/messages, or GET /v1/models',
  },
  KARS_REQUEST_INVALID: {
    status: 400,
    meaning: 'the request is not what the surface expects',
    cure: 'correct the request as the message says',
  },
  KARS_REQUEST_TOO_LARGE: {
    status: 413,
    meaning: 'the body or the headers are larger than the process accepts',
    cure: 'send less',
  },
  KARS_INTERNAL: {
    status: 500,
    meaning: 'the process itself failed at this call',
    cure: 'report it with the container log',
  },
  KARS_OVERLOADED: {
    status: 503,
    meaning: 'the process already serves as many calls as its limit allows',
    cure: 'try again later',
  },
  KARS_MODEL_NOT_ALLOWED: {
    status: 403,
    meaning: 'the policy does not list the model',
    cure: 'ask for a listed model, or add it to InferencePolicy.models',
  },
  KARS_API_NOT_SERVED: {
    status: 403,
    meaning: 'the provider of the model speaks another API',
    cure: 'use the API that the message names, or name a model of another provider',
  },
  KARS_NOT_TRANSLATABLE: {
    status: 400,
    meaning:
      'the provider of the model speaks another API, which has no words for a part of the request',
    cure: 'leave that part out, or name a model of a provider that speaks the API of the request',
  },
  KARS_TOKENS_PER_REQUEST: {
    status: 403,
    meaning: 'the request asks for more output tokens than the policy allows for one request',
    cure: 'lower max_completion_tokens, or raise InferencePolicy.maxTokensPerRequest',
  },
  KARS_RATE_LIMITED: {
    status: 429,
    meaning: 'as many requests are under way, or began in the last minute, as the policy allows',
    cure: 'try again after the seconds of Retry-After, or raise InferencePolicy.callLimits',
  },
  KARS_BUDGET_SPENT: {
    status: 403,
    meaning: 'what is left of a budget is less than the request may use',
    cure: 'wait for the end of the window that the message names, or raise InferencePolicy.tokenBudget',
  },
  KARS_BUDGET_UNBOUNDED: {
    status: 403,
    meaning: 'the policy has a budget, and nobody can say how many tokens the request uses at most',
    cure: 'send text only, or say in InferencePolicy.tokenBudget.uncountedInputTokens what such a request is charged; images need a policy without maxTokensPerRequest too',
  },
  KARS_BUDGET_UNAVAILABLE: {
    status: 503,
    meaning: 'the tokens of the call cannot be charged',
    cure: 'check the state volume of the sandbox',
  },
  KARS_TOOL_NOT_ALLOWED: {
    status: 403,
    meaning: 'the request offers the model a tool that the policy does not list',
    cure: 'drop the tool, or add it to ToolPolicy.allowedTools',
  },
  KARS_TOOL_CALL_NOT_ALLOWED: {
    status: 403,
    meaning: 'the answer has a call of a tool that the policy does not list',
    cure: 'have the agent ask for something else, or add the tool to ToolPolicy.allowedTools',
  },
  KARS_ACTION_NOT_ALLOWED: {
    status: 403,
    meaning: 'no rule of the ToolPolicy allows the action, such as a request to this model',
    cure: 'add a rule that allows the action to ToolPolicy.agtProfile',
  },
  KARS_APPROVAL_NEEDED: {
    status: 403,
    meaning: 'the policy has a human approve the action first, and nobody can do so yet',
    cure: 'drop the tool, or take the approval from the ToolPolicy',
  },
  KARS_TOOL_CALLS_EXCEEDED: {
    status: 403,
    meaning:
      'as many calls of tools were made as the policy allows, and its window goes on; a client that asked again by itself would pay again',
    cure: 'wait for the end of the window, or raise ToolPolicy.rateLimit or the rule of the profile',
  },
  KARS_PROVIDER_REACH: {
    status: 403,
    meaning:
      'the provider would fetch, run or keep something for the agent, past the egress proxy, and the policy does not name that',
    cure: 'send the content itself, and let the agent fetch what it needs through the proxy, or add what the provider shall do to InferencePolicy.providerReach',
  },
  KARS_CONTENT_BLOCKED: {
    status: 403,
    meaning:
      'the provider says that the prompt or the answer has content which the policy lets nobody see',
    cure: 'ask for something else, or let more pass with InferencePolicy.contentSafety',
  },
  KARS_CONTENT_UNJUDGED: {
    status: 403,
    meaning: 'the policy has a floor of content, and nobody says what the content of the answer is',
    cure: 'use a provider and a path that say so, with a filter that is not asynchronous, or take the floor from InferencePolicy.contentSafety',
  },
  KARS_FIELD_UNKNOWN: {
    status: 400,
    meaning: 'the request has a field that the router does not know, and that could do anything',
    cure: 'drop the field',
  },
  KARS_CREDENTIAL_MISSING: {
    status: 502,
    meaning: 'the policy names a credential for the provider and the router finds none',
    cure: 'create the Secret that the provider names, in the namespace of the sandbox',
  },
  KARS_CREDENTIAL_UNAVAILABLE: {
    status: 503,
    meaning: 'the identity of the sandbox gets no token for the provider at the moment',
    cure: 'look at what the token endpoint answers, and at the federated credential of the identity',
  },
  KARS_UPSTREAM_UNREACHABLE: {
    status: 502,
    meaning: 'the model provider cannot be reached',
    cure: 'check the endpoint of the provider and the network policies',
  },
  KARS_UPSTREAM_ADDRESS_FORBIDDEN: {
    status: 403,
    meaning:
      'the name of the model provider has an address of the pod, the node or a metadata service',
    cure: 'use an endpoint with another address, and look at who answers for its name',
  },
  KARS_UPSTREAM_TIMEOUT: {
    status: 504,
    meaning: 'the model provider did not answer in time',
    cure: 'try again',
  },
  KARS_UPSTREAM_INVALID: {
    status: 502,
    meaning: 'the model provider answered with something that is not of its API',
    cure: 'check that the endpoint of the provider is an OpenAI-compatible API',
  },
  KARS_UPSTREAM_INTERRUPTED: {
    status: 502,
    meaning: 'the model provider ended its answer in the middle',
    cure: 'try again',
  },
  KARS_EGRESS_NOT_ALLOWED: {
    status: 403,
    meaning: 'no entry of the egress allow-list names this host or address, and port',
    cure: 'add an entry to KarsSandbox.egress',
  },
  KARS_EGRESS_BLOCKED: {
    status: 403,
    meaning: 'the sandbox blocks this host, whatever its entries and approvals say',
    cure: 'take the host from KarsSandbox.blockedHosts',
  },
  KARS_EGRESS_PROTOCOL_MISMATCH: {
    status: 403,
    meaning: 'the entry of this host and port is for another protocol than the one that is spoken',
    cure: 'speak the protocol of the entry, or name the one that is meant with Egress.https, http or tcp',
  },
  KARS_EGRESS_SERVER_NAME: {
    status: 403,
    meaning: 'the server name in the ClientHello is not the host that was decided',
    cure: 'send the name of the host as server name (SNI), and none to an address',
  },
  KARS_EGRESS_ENCRYPTED_HELLO: {
    status: 403,
    meaning: 'the ClientHello has an encrypted part (ECH), or bytes that look like one (GREASE)',
    cure: "switch Encrypted ClientHello off in the client, or set encryptedHello: 'outer' on the sandbox",
  },
  KARS_EGRESS_REQUEST_NOT_ALLOWED: {
    status: 403,
    meaning:
      'the entry of this host and port has other methods, paths or upgrades than the request',
    cure: 'add the method, path or upgrade to the entry with Egress.http',
  },
  KARS_CLOCK_JUMP: {
    status: 403,
    meaning:
      'only an approval allows this, and the clock of the node has jumped, so nobody knows whether it still counts',
    cure: 'have an operator look at the clock of the node, then run kars egress accept-clock',
  },
  KARS_EGRESS_ADDRESS_FORBIDDEN: {
    status: 403,
    meaning: 'the address is not global unicast and in no range of the list, or is one of the pod',
    cure: 'use a host with public addresses, or name the range of a private endpoint with Egress.cidr',
  },
  KARS_EGRESS_NAME_INVALID: {
    status: 403,
    meaning: 'the target is not a host name, or an address in its usual spelling, with a port',
    cure: 'use a host name',
  },
  KARS_DNS_NAMES_EXHAUSTED: {
    status: 503,
    meaning:
      'as many names as the limit allows have got an address already, in all or by one entry',
    cure: 'name hosts instead of a wildcard, or give the sandbox a new state volume',
  },
  KARS_EGRESS_RESOLVE_FAILED: {
    status: 502,
    meaning: 'the host has no address',
    cure: 'check the name',
  },
  KARS_EGRESS_CONNECT_FAILED: {
    status: 502,
    meaning: 'no address of the host accepts a connection',
    cure: 'check that the host serves this port',
  },
  KARS_PARENT_PROXY_FAILED: {
    status: 502,
    meaning:
      'the parent proxy of the sandbox cannot be reached, or does not let the connection through',
    cure: 'look at what the parent proxy says of it; it has to take CONNECT to the port of the host',
  },
  KARS_EGRESS_BYTES_EXCEEDED: {
    status: 429,
    meaning: 'as many bytes as the limit allows went to and from the entry, and its window goes on',
    cure: 'try again when the window has ended, or raise KarsSandbox.egressLimits.bytesOfTarget',
  },
  KARS_EGRESS_TIME_EXCEEDED: {
    status: 504,
    meaning: 'a connection carried no byte for too long, or was open for too long',
    cure: 'connect again, or raise idleTime or lifetime in KarsSandbox.egressLimits',
  },
} as const satisfies Readonly<Record<string, RuntimeCode>>;

/** Codes of calls that were not carried out. */
export type RuntimeCodeName = keyof typeof runtimeCodes;

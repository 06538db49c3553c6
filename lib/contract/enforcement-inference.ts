import type { Enforcement } from './enforcement.ts';

const pod = (prop: string, where: string, test: string): Enforcement => ({
  by: 'pod',
  prop,
  where: `lib/sandbox/${where}`,
  test: `test/lib/sandbox/${test}`,
});

const router = (prop: string, where: string, test: string): Enforcement => ({
  by: 'router',
  prop,
  where: `runtime/router/${where}`,
  test: `test/runtime/router/${test}`,
});

const DECIDE_CALL = 'decide-call.test.ts';

const budget = router('tokenBudget', 'budget/budget.ts', 'budget/budget.test.ts');

const callLimits = router('callLimits', 'call-rates.ts', 'call-rates.test.ts');

const failover = router('models', 'failover/send-to-targets.ts', 'failover/calls.test.ts');

const PROVIDER_CREDENTIALS = 'provider-credentials.test.ts';

const workloadIdentity: Enforcement = {
  by: 'router',
  prop: 'provider',
  where: 'runtime/identity/workload-identity.ts',
  test: 'test/runtime/identity/workload-identity.test.ts',
};

const modelApi = router(
  'models',
  'plan-call.ts',
  'translations/chat-on-responses/official-clients.test.ts',
);

const modelFields = (at: string): Readonly<Record<string, Enforcement>> => ({
  [`modelPreference.${at}.provider`]: router('provider', 'upstream.ts', DECIDE_CALL),
  [`modelPreference.${at}.deployment`]: router('models', 'decide-call.ts', DECIDE_CALL),
  [`modelPreference.${at}.api`]: modelApi,
  [`modelPreference.${at}.fallbacks[].api`]: modelApi,
  [`modelPreference.${at}.alias`]: router('models', 'decide-call.ts', DECIDE_CALL),
  [`modelPreference.${at}.fallbacks[].provider`]: failover,
  [`modelPreference.${at}.fallbacks[].deployment`]: failover,
});

/** Fields of an InferencePolicy that something acts on. */
export const inferencePolicyFields: Readonly<Record<string, Enforcement>> = {
  ...modelFields('primary'),
  ...modelFields('fallback[]'),
  'tokenBudget.perRequestTokens': router('maxTokensPerRequest', 'decide-call.ts', DECIDE_CALL),
  'callLimits.requestsPerMinute': callLimits,
  'callLimits.concurrentRequests': callLimits,
  'tokenBudget.hourlyTokens': budget,
  'tokenBudget.dailyTokens': budget,
  'tokenBudget.monthlyTokens': budget,
  'tokenBudget.uncountedInputTokens': budget,
  ...Object.fromEntries(
    ['hate', 'selfHarm', 'sexual', 'violence', 'requirePromptShields', 'streaming'].map((field) => [
      `contentSafety.${field}`,
      router('contentSafety', 'safety/content-verdict.ts', 'safety/streams.test.ts'),
    ]),
  ),
  'providers[].contentFilter': router('provider', 'plan-call.ts', 'safety/calls.test.ts'),
  providerReach: router('providerReach', 'provider-reach.ts', 'provider-acts/allowed.test.ts'),
  'providers[].name': router('provider', 'upstream.ts', DECIDE_CALL),
  'providers[].endpoint': router('provider', 'upstream.ts', DECIDE_CALL),
  'providers[].ranges': router('provider', 'provider-addresses.ts', 'provider-ranges.test.ts'),
  'providers[].api': router('provider', 'decide-call.ts', DECIDE_CALL),
  'providers[].outputLimit': router('provider', 'surfaces/chat/output-limit.ts', DECIDE_CALL),
  'providers[].certificateAuthorities': router(
    'provider',
    'upstream.ts',
    'provider-authorities.test.ts',
  ),
  'providers[].credentialHeader': router(
    'provider',
    'provider-headers.ts',
    'provider-headers.test.ts',
  ),
  'providers[].workloadIdentity.tenantId': workloadIdentity,
  'providers[].workloadIdentity.clientId': workloadIdentity,
  'providers[].managedIdentity.clientId': {
    ...workloadIdentity,
    where: 'runtime/identity/managed-identity.ts',
    test: 'test/runtime/router/managed-identity.test.ts',
  },
  'providers[].credentialSecretRef.name': pod('provider', 'volumes.ts', PROVIDER_CREDENTIALS),
  'providers[].credentialSecretRef.key': pod('provider', 'volumes.ts', PROVIDER_CREDENTIALS),
};

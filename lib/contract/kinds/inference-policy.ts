import { z } from 'zod';
import { defineKind } from '../kind.ts';
import { conditions, int64, objectName, ociArtifactRef, stringMap, uint64 } from '../primitives.ts';
import { failure, success, type Result } from '../problem.ts';
import { has, withRules } from '../rule.ts';

const severity = z.string().nullish();

const modelRef = z.strictObject({
  provider: z.string().describe('Name of an entry in `providers`.'),
  deployment: z.string().describe('Name of the model or deployment at the provider.'),
});

const provider = z.strictObject({
  name: objectName().describe('What `modelPreference` refers to.'),
  endpoint: z
    .string()
    .max(2048)
    .describe('Base URL of an OpenAI-compatible API, version segment included.'),
  credentialSecretRef: z
    .strictObject({ name: objectName(), key: z.string().min(1).max(253) })
    .optional()
    .describe(
      'Key of a Secret in the namespace of the sandbox, sent as a bearer token. Absent: none is sent.',
    ),
});

/** Spec of an InferencePolicy as a manifest carries it. */
export const inferencePolicySpec = withRules(
  z.strictObject({
    appliesTo: z
      .strictObject({
        sandboxName: z.string().nullish(),
        sandboxMatchLabels: stringMap().default({}),
        action: z.string().nullish(),
      })
      .describe('Carried for compatibility; a sandbox refers to its policy by name.'),
    tokenBudget: z
      .strictObject({
        perRequestTokens: uint64().nullish().describe('Most output tokens of one request.'),
        dailyTokens: uint64().nullish(),
        monthlyTokens: uint64().nullish(),
      })
      .nullish(),
    contentSafety: z
      .strictObject({
        hate: severity,
        selfHarm: severity,
        sexual: severity,
        violence: severity,
        requirePromptShields: z.boolean().nullish(),
      })
      .nullish(),
    modelPreference: z
      .strictObject({
        primary: modelRef.describe('The model of a request that names none.'),
        fallback: z.array(modelRef).default([]).describe('Further models that a request may name.'),
      })
      .nullish(),
    providers: z
      .array(provider)
      .max(16)
      .meta({ 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'] })
      .optional()
      .describe('Where the models are served.'),
    displayName: z.string().nullish(),
    bundleRef: ociArtifactRef().nullish(),
  }),
  [
    {
      cel: '!has(self.bundleRef) || (!has(self.tokenBudget) && !has(self.contentSafety) && !has(self.modelPreference) && !has(self.displayName))',
      message:
        'spec.bundleRef is mutually exclusive with spec.tokenBudget, spec.contentSafety, spec.modelPreference, and spec.displayName; the bundle carries those content fields',
      reason: 'FieldValueInvalid',
      holds: (self) =>
        !has(self.bundleRef) ||
        (!has(self.tokenBudget) &&
          !has(self.contentSafety) &&
          !has(self.modelPreference) &&
          !has(self.displayName)),
    },
  ],
);

const providerPayload = z.strictObject({
  name: z.string(),
  endpoint: z.url({ protocol: /^https?$/ }),
  credential: z.enum(['none', 'bearer']),
});

/** What the router reads of an InferencePolicy. */
export const inferencePolicyPayload = z.strictObject({
  /** Every model that a request may name; the first one serves requests that name none. */
  models: z.array(z.strictObject({ provider: z.string(), deployment: z.string().min(1) })).min(1),
  providers: z.array(providerPayload),
  maxTokensPerRequest: z.int().min(1).nullable(),
});

/** What the router reads of an InferencePolicy. */
export type InferencePolicyPayload = z.output<typeof inferencePolicyPayload>;

/** The payload of an InferencePolicy, or why it has none. */
export function compileInferencePolicy(
  spec: z.output<typeof inferencePolicySpec>,
): Result<InferencePolicyPayload> {
  const preference = spec.modelPreference;
  if (!has(preference)) {
    return failure({
      path: 'spec.modelPreference',
      code: 'KARS_POLICY_WITHOUT_MODEL',
      message: 'got none, supply the models that the policy allows',
    });
  }
  return success({
    models: [preference.primary, ...preference.fallback],
    providers: (spec.providers ?? []).map(({ name, endpoint, credentialSecretRef }) => ({
      name,
      endpoint,
      credential: credentialSecretRef === undefined ? 'none' : 'bearer',
    })),
    maxTokensPerRequest: spec.tokenBudget?.perRequestTokens ?? null,
  });
}

/** InferencePolicy of kars v0.1.x, with `providers` added. */
export const inferencePolicy = defineKind({
  kind: 'InferencePolicy',
  plural: 'inferencepolicies',
  shortName: 'ip',
  scope: 'Namespaced',
  description: 'Which models a sandbox may use, where they are served, and how much it may spend.',
  spec: inferencePolicySpec,
  specRequired: true,
  status: z.strictObject({
    phase: z.string().nullish(),
    observedGeneration: int64().nullish(),
    conditions: conditions().nullish(),
    profileConfigMapRef: z.strictObject({ name: z.string() }).nullish(),
    versionHash: z.string().nullish(),
    lastCompiledAt: z.string().nullish(),
    compiledDigest: z.string().nullish(),
    loadedDigest: z.string().nullish(),
    bundleRefDigest: z.string().nullish(),
  }),
  columns: [
    { name: 'Sandbox', type: 'string', jsonPath: '.spec.appliesTo.sandboxName' },
    { name: 'DailyTokens', type: 'integer', jsonPath: '.spec.tokenBudget.dailyTokens' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  ],
});

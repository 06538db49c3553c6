import * as z from 'zod';
import { defineKind } from '../kind.ts';
import { listByName, ociArtifactRef, stringMap } from '../primitives.ts';
import { providerActNames } from '../provider-acts.ts';
import { failure, success, type Problem, type Result } from '../problem.ts';
import { has, withRules } from '../rule.ts';
import {
  atLeast,
  budgetOf,
  budgetProblems,
  callLimits,
  tokenBudget,
  tokenBudgetPayload,
} from './inference-limits.ts';
import {
  contentCategories,
  contentSafety,
  contentSafetyOf,
  contentSafetyPayload,
  contentSafetyProblems,
} from './content-safety.ts';
import { compileModels, isComplete, modelPayload, modelProblems, modelRef } from './model-ref.ts';
import {
  compileProvider,
  hasOneSource,
  providerPayload,
  providerProblems,
  providerSpec,
} from './model-provider.ts';
import { reportedRef, reportedText, statusOf } from '../status.ts';

/** Spec of an InferencePolicy as a manifest carries it. */
export const inferencePolicySpec = withRules(
  z.strictObject({
    appliesTo: z
      .strictObject({
        sandboxName: z.string().nullish().describe('Name of a sandbox.'),
        sandboxMatchLabels: stringMap().default({}).describe('Labels of sandboxes.'),
        action: z
          .string()
          .nullish()
          .describe('API surface: chat, responses, image, embeddings or `*`.'),
      })
      .describe('Carried for compatibility; a sandbox refers to its policy by name.'),
    tokenBudget: tokenBudget.nullish().describe('Most tokens that requests may use.'),
    callLimits: callLimits.optional().describe('How many requests there may be.'),
    contentSafety: contentSafety.nullish().describe('Content that may not pass.'),
    modelPreference: z
      .strictObject({
        primary: modelRef.describe('The model of a request that names none.'),
        fallback: z
          .array(modelRef)
          .default([])
          .describe(
            'Further models that a request may name, and which take over from `primary` where that has no `fallbacks`.',
          ),
      })
      .nullish()
      .describe('Models that requests may name.'),
    providers: listByName(providerSpec, 16).optional().describe('Where the models are served.'),
    providerReach: z
      .array(z.enum(providerActNames))
      .max(providerActNames.length)
      .optional()
      .describe('What providers may do for the agent beside saying something.'),
    displayName: z.string().nullish().describe('Name for humans.'),
    bundleRef: ociArtifactRef()
      .nullish()
      .describe('Signed policy in a registry, instead of the content here.'),
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
    {
      cel: '!has(self.tokenBudget) || !has(self.tokenBudget.monthlyTokens) || !has(self.tokenBudget.dailyTokens) || self.tokenBudget.monthlyTokens >= self.tokenBudget.dailyTokens',
      message: 'spec.tokenBudget.monthlyTokens must be >= spec.tokenBudget.dailyTokens',
      reason: 'FieldValueInvalid',
      holds: ({ tokenBudget }) => atLeast(tokenBudget?.monthlyTokens, tokenBudget?.dailyTokens),
    },
    {
      cel: '!has(self.tokenBudget) || !has(self.tokenBudget.monthlyTokens) || !has(self.tokenBudget.perRequestTokens) || self.tokenBudget.monthlyTokens >= self.tokenBudget.perRequestTokens',
      message: 'spec.tokenBudget.monthlyTokens must be >= spec.tokenBudget.perRequestTokens',
      reason: 'FieldValueInvalid',
      holds: ({ tokenBudget }) =>
        atLeast(tokenBudget?.monthlyTokens, tokenBudget?.perRequestTokens),
    },
    {
      cel: `!has(self.contentSafety) || (${contentCategories
        .map(
          (name) =>
            `(!has(self.contentSafety.${name}) || self.contentSafety.${name} in ['Safe','Low','Medium','High'])`,
        )
        .join(' && ')})`,
      message: 'spec.contentSafety severities must be one of: Safe, Low, Medium, High',
      reason: 'FieldValueInvalid',
      holds: ({ contentSafety }) =>
        contentCategories.every((name) => {
          const floor = contentSafety?.[name];
          return !has(floor) || ['Safe', 'Low', 'Medium', 'High'].includes(floor);
        }),
    },
    {
      cel: '!has(self.modelPreference) || (size(self.modelPreference.primary.provider) > 0 && size(self.modelPreference.primary.deployment) > 0)',
      message: 'spec.modelPreference.primary requires non-empty provider and deployment',
      reason: 'FieldValueInvalid',
      holds: ({ modelPreference }) => !has(modelPreference) || isComplete(modelPreference.primary),
    },
    {
      cel: '!has(self.modelPreference) || self.modelPreference.fallback.all(f, size(f.provider) > 0 && size(f.deployment) > 0)',
      message: 'spec.modelPreference.fallback[*] requires non-empty provider and deployment',
      reason: 'FieldValueInvalid',
      holds: ({ modelPreference }) =>
        !has(modelPreference) || modelPreference.fallback.every(isComplete),
    },
    {
      cel: '!has(self.providers) || self.providers.all(p, (has(p.workloadIdentity) ? 1 : 0) + (has(p.managedIdentity) ? 1 : 0) + (has(p.credentialSecretRef) || has(p.credentialHeader) ? 1 : 0) <= 1)',
      message:
        'spec.providers[*] has at most one of workloadIdentity, managedIdentity, and a credential in a Secret with its header',
      reason: 'FieldValueInvalid',
      holds: ({ providers }) => (providers ?? []).every(hasOneSource),
    },
    {
      cel: "!has(self.appliesTo.action) || self.appliesTo.action in ['chat','responses','image','embeddings','*']",
      message: 'spec.appliesTo.action must be one of: chat, responses, image, embeddings, *',
      reason: 'FieldValueInvalid',
      holds: ({ appliesTo: { action } }) =>
        !has(action) || ['chat', 'responses', 'image', 'embeddings', '*'].includes(action),
    },
  ],
);

/** Spec of an InferencePolicy as a manifest carries it. */
export type InferencePolicySpec = z.input<typeof inferencePolicySpec>;

/** What the router reads of an InferencePolicy. */
export const inferencePolicyPayload = z.strictObject({
  /** Every model that a request may name; the first one serves requests that name none. */
  models: z.array(modelPayload).min(1),
  providers: z.array(providerPayload),
  maxTokensPerRequest: z.int().min(1).nullable(),
  /** Absent where no window has a limit. */
  budget: tokenBudgetPayload.optional(),
  callLimits: callLimits.optional(),
  /** Absent where everything passes. */
  contentSafety: contentSafetyPayload.optional(),
  /** Absent where providers may do nothing beside saying something. */
  providerReach: z.array(z.enum(providerActNames)).min(1).optional(),
});

/** What the router reads of an InferencePolicy. */
export type InferencePolicyPayload = z.output<typeof inferencePolicyPayload>;

/** The payload of an InferencePolicy, or why it has none: what a process would not read is refused here. */
export function compileInferencePolicy(
  spec: z.output<typeof inferencePolicySpec>,
): Result<InferencePolicyPayload> {
  const {
    modelPreference: preference,
    providers = [],
    tokenBudget: budget,
    callLimits: limits,
    providerReach: acts = [],
    contentSafety: safety,
  } = spec;
  const limit = budget?.perRequestTokens ?? null;
  const problems = [
    ...(has(preference)
      ? modelProblems([preference.primary, ...preference.fallback], providers)
      : [withoutModels]),
    ...budgetProblems(budget ?? {}),
    ...providers.flatMap(providerProblems),
    ...(has(preference)
      ? contentSafetyProblems(
          safety,
          compileModels(preference.primary, preference.fallback),
          new Set(providers.flatMap(({ name, contentFilter }) => (contentFilter ? [name] : []))),
        )
      : []),
  ];
  if (!has(preference) || problems.length > 0) return failure(...problems);
  return success({
    models: compileModels(preference.primary, preference.fallback),
    providers: providers.map(compileProvider),
    maxTokensPerRequest: limit,
    ...budgetOf(budget ?? {}),
    ...(limits === undefined ? {} : { callLimits: limits }),
    ...contentSafetyOf(safety),
    ...(acts.length === 0 ? {} : { providerReach: [...new Set(acts)].sort() }),
  });
}

const withoutModels: Problem = {
  path: 'spec.modelPreference',
  code: 'KARS_POLICY_WITHOUT_MODEL',
  message: 'got none, supply the models that the policy allows',
};

/** InferencePolicy of kars v0.1.x, with `providers` added. */
export const inferencePolicy = defineKind({
  kind: 'InferencePolicy',
  plural: 'inferencepolicies',
  shortName: 'ip',
  scope: 'Namespaced',
  description: 'Which models a sandbox may use, where they are served, and how much it may spend.',
  spec: inferencePolicySpec,
  specRequired: true,
  status: statusOf({
    profileConfigMapRef: reportedRef('ConfigMap with the compiled policy.'),
    versionHash: reportedText('Short digest of the compiled policy.'),
    lastCompiledAt: reportedText('When the policy was compiled.'),
    compiledDigest: reportedText('Digest of the compiled policy.'),
    loadedDigest: reportedText('Digest that every router of the policy reports.'),
    bundleRefDigest: reportedText('Digest of the bundle that was used.'),
  }),
  columns: [
    { name: 'Sandbox', type: 'string', jsonPath: '.spec.appliesTo.sandboxName' },
    { name: 'DailyTokens', type: 'integer', jsonPath: '.spec.tokenBudget.dailyTokens' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
  ],
});

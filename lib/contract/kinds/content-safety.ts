import * as z from 'zod';
import type { Problem } from '../problem.ts';
import { has } from '../rule.ts';
import type { ModelPayload } from './model-ref.ts';

/** Severities of content from the lowest to the highest. */
export const severities = ['Safe', 'Low', 'Medium', 'High'] as const;

/** Highest severity of content that passes. */
export type Severity = (typeof severities)[number];

/** Categories of content that have a severity. */
export const contentCategories = ['hate', 'selfHarm', 'sexual', 'violence'] as const;

/** A category of content. */
export type ContentCategory = (typeof contentCategories)[number];

/** How a stream goes on before all of it is judged. */
export const contentStreaming = ['Buffer', 'Window', 'Audit'] as const;

/** How a stream goes on before all of it is judged. */
export type ContentStreaming = (typeof contentStreaming)[number];

const severity = z
  .string()
  .nullish()
  .describe('Highest severity that passes: Safe, Low, Medium or High.');

/** Content that may not pass, as a manifest carries it. */
export const contentSafety = z.strictObject({
  hate: severity,
  selfHarm: severity,
  sexual: severity,
  violence: severity,
  requirePromptShields: z
    .boolean()
    .nullish()
    .describe('Whether an answer without prompt shields is refused.'),
  streaming: z
    .enum(contentStreaming)
    .optional()
    .describe(
      'How a stream goes on before all of it is judged: Buffer, when absent, holds all of it, Window what is not judged yet, Audit nothing, and refuses nothing.',
    ),
});

const floor = z.enum(severities).optional();

/** Content that may not pass, as the router reads it. */
export const contentSafetyPayload = z.strictObject({
  hate: floor,
  selfHarm: floor,
  sexual: floor,
  violence: floor,
  /** Absent where attacks in a prompt pass. */
  requirePromptShields: z.literal(true).optional(),
  /** Absent where a stream is held until all of it is judged. */
  streaming: z.enum(['Window', 'Audit']).optional(),
});

/** Content that may not pass, as the router reads it. */
export type ContentSafety = z.output<typeof contentSafetyPayload>;

/** What the router reads; nothing where everything passes. */
export function contentSafetyOf(spec: z.output<typeof contentSafety> | null | undefined): {
  readonly contentSafety?: ContentSafety;
} {
  if (!has(spec)) return {};
  const { streaming, requirePromptShields } = spec;
  const floors = contentCategories.filter((category) => has(spec[category]));
  if (floors.length === 0 && requirePromptShields !== true) return {};
  const payload = contentSafetyPayload.parse({
    ...Object.fromEntries(floors.map((category) => [category, spec[category]])),
    ...(requirePromptShields === true ? { requirePromptShields } : {}),
    ...(streaming === undefined || streaming === 'Buffer' ? {} : { streaming }),
  });
  return { contentSafety: payload };
}

/** Models of which nobody says what their content is. */
export function contentSafetyProblems(
  spec: z.output<typeof contentSafety> | null | undefined,
  models: readonly ModelPayload[],
  filtered: ReadonlySet<string>,
): Problem[] {
  if (contentSafetyOf(spec).contentSafety === undefined) return [];
  const served = models.flatMap(({ provider, fallbacks = [] }) => [
    provider,
    ...fallbacks.map((target) => target.provider),
  ]);
  const silent = [...new Set(served)].filter((provider) => !filtered.has(provider));
  return silent.map((provider) => ({
    path: 'spec.contentSafety',
    code: 'KARS_SAFETY_SOURCE',
    message: `got a floor of content, and the provider "${provider}" says nothing of it, so that every answer would be refused; use a provider with a contentFilter, such as Azure OpenAI, or leave the floor out`,
  }));
}

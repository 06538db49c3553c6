import * as z from 'zod';
import { uint64 } from '../primitives.ts';
import type { Problem } from '../problem.ts';
import { has } from '../rule.ts';

/** Most tokens of a request and of windows, as a manifest carries them. */
export const tokenBudget = z.strictObject({
  perRequestTokens: uint64().nullish().describe('Most output tokens of one request.'),
  hourlyTokens: uint64().nullish().describe('Tokens of input and output in an hour, UTC.'),
  dailyTokens: uint64().nullish().describe('Tokens of input and output in a day, UTC.'),
  monthlyTokens: uint64().nullish().describe('Tokens of input and output in a month, UTC.'),
});

/** Fields of a chat completion that limit its output. */
export const outputLimit = z.enum(['max_tokens', 'max_completion_tokens']);

/** Field of a chat completion that limits its output. */
export type OutputLimitField = z.output<typeof outputLimit>;

/** How many requests there may be. */
export const callLimits = z.strictObject({
  requestsPerMinute: z
    .int()
    .min(1)
    .max(100_000)
    .optional()
    .describe('Requests that begin in any minute.'),
  concurrentRequests: z
    .int()
    .min(1)
    .max(1000)
    .optional()
    .describe('Requests that are under way at once.'),
});

/** How many requests there may be; absent where there is no limit. */
export type CallLimits = z.output<typeof callLimits>;

/** Whether a limit is no lower than another one; one that is not there is no limit. */
export const atLeast = (high: number | null | undefined, low: number | null | undefined): boolean =>
  !has(high) || !has(low) || high >= low;

const tokens = z.int().min(1).optional();

/** Most tokens of input and output in a window, UTC; absent where there is no limit. */
export const tokenBudgetPayload = z.strictObject({
  hourlyTokens: tokens,
  dailyTokens: tokens,
  monthlyTokens: tokens,
});

/** Most tokens of input and output in a window, UTC. */
export type TokenBudget = z.output<typeof tokenBudgetPayload>;

/** As a manifest carries it. */
type TokenBudgetSpec = z.output<typeof tokenBudget>;

/** Fields for windows, the shortest first. */
const windowFields = ['hourlyTokens', 'dailyTokens', 'monthlyTokens'] as const;

/** The windows that have a limit. */
export function budgetOf(spec: Partial<TokenBudgetSpec>): { budget?: TokenBudget } {
  const limits = windowFields.filter((field) => has(spec[field]));
  if (limits.length === 0) return {};
  return { budget: Object.fromEntries(limits.map((field) => [field, spec[field]])) };
}

/** Limits that limit nothing, or allow nothing. */
export function budgetProblems(spec: Partial<TokenBudgetSpec>): Problem[] {
  const ofWindows = windowFields.flatMap((field, index) => {
    const limit = spec[field];
    const shorter = windowFields.slice(0, index).find((other) => !atLeast(limit, spec[other]));
    return [
      ...(limit === 0 ? [limitProblem(field)] : []),
      ...(shorter === undefined ? [] : [windowProblem(field, shorter)]),
    ];
  });
  return [...(spec.perRequestTokens === 0 ? [limitProblem('perRequestTokens')] : []), ...ofWindows];
}

const limitProblem = (field: string): Problem => ({
  path: `spec.tokenBudget.${field}`,
  code: 'KARS_BUDGET_INVALID',
  message: 'got 0, supply a positive integer, or leave it out for no limit',
});

const windowProblem = (field: string, shorter: string): Problem => ({
  path: `spec.tokenBudget.${field}`,
  code: 'KARS_BUDGET_INVALID',
  message: `got less than ${shorter}, which then limits nothing; supply as much at least`,
});

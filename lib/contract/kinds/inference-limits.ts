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
  uncountedInputTokens: uint64()
    .nullish()
    .describe(
      'Tokens charged before a request whose input nobody can count, such as one with images; it is refused when absent. What the provider reports is charged in the end.',
    ),
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
  /** Absent where a request whose input nobody can count is refused. */
  uncountedInputTokens: tokens,
});

/** Most tokens of input and output in a window, UTC. */
export type TokenBudget = z.output<typeof tokenBudgetPayload>;

/** As a manifest carries it. */
type TokenBudgetSpec = z.output<typeof tokenBudget>;

/** Fields for windows, the shortest first. */
const windowFields = ['hourlyTokens', 'dailyTokens', 'monthlyTokens'] as const;

/** What is charged beforehand for input that nobody can count. */
const UNCOUNTED = 'uncountedInputTokens';

const hasWindow = (spec: Partial<TokenBudgetSpec>): boolean =>
  windowFields.some((field) => has(spec[field]));

/** The windows that have a limit, and what else is said of them. */
export function budgetOf(spec: Partial<TokenBudgetSpec>): { budget?: TokenBudget } {
  if (!hasWindow(spec)) return {};
  const given = ([...windowFields, UNCOUNTED] as const).filter((field) => has(spec[field]));
  return { budget: Object.fromEntries(given.map((field) => [field, spec[field]])) };
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
  return [
    ...(spec.perRequestTokens === 0 ? [limitProblem('perRequestTokens')] : []),
    ...ofWindows,
    ...uncountedProblems(spec),
  ];
}

function uncountedProblems(spec: Partial<TokenBudgetSpec>): Problem[] {
  const { [UNCOUNTED]: tokens } = spec;
  if (!has(tokens)) return [];
  const shortest = windowFields.map((field) => spec[field]).find((limit) => has(limit));
  if (tokens === 0) return [limitProblem(UNCOUNTED)];
  if (has(shortest) && tokens <= shortest) return [];
  const message = has(shortest)
    ? `got ${tokens}, which is over the ${shortest} of the shortest window, so that no such request would ever pass; supply less`
    : 'got tokens to charge, and no window that they count in; supply one, or leave them out';
  return [{ path: `spec.tokenBudget.${UNCOUNTED}`, code: 'KARS_BUDGET_INVALID', message }];
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

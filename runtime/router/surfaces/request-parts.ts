import * as z from 'zod';

/** Names come back in denials and records. */
export const name = z.string().min(1).max(256);

/** More than any model gives; sums of it stay numbers that every reader of JSON takes. */
export const MOST_TOKENS = 2 ** 31 - 1;

/** A limit of output. */
export const tokenLimit = z.int().min(1).max(MOST_TOKENS).nullish();

/** Answers at once. */
export const answers = z.int().min(1).max(128).nullish();

/** What has a provider report usage; what else it may say has one report in the middle, which is no end to settle by. */
export const streamOptions = z.object({ include_usage: z.boolean().nullish() }).nullish();

const tokens = z.array(z.int().min(0)).min(1);

/** Text or tokens, or a list of either. */
export const textOrTokens = z.union([
  z.string(),
  z.array(z.string()).min(1).max(2048),
  tokens,
  z.array(tokens).min(1).max(2048),
]);

/** A number of tokens that a provider reports. */
export const reportedTokens = z.int().min(0).max(MOST_TOKENS);

import { DIGEST } from 'kars-constructs/contract';
import * as z from 'zod';
import { CommandError } from '../exit-codes.ts';

/** A digest, which becomes part of a path. */
export const digestText = z.string().regex(DIGEST, 'is no digest');

/**
 * What somebody else has written as JSON. Its text is not quoted: it may be a credential.
 *
 * @throws CommandError when it is none, or has another form.
 */
export function readJson<T>(what: string, text: string, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new CommandError('failed', `${what} is no JSON`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CommandError(
    'failed',
    `${what} has another form: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
  );
}

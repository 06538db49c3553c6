import type { z } from 'zod';
import type { Problem } from './problem.ts';

/**
 * Parse context for schemas that see few values: zod would otherwise compile each schema at its first
 * use, which takes longer than checking the manifests of a whole app.
 */
export const interpreted = { jitless: true } as const;

/**
 * The issues of a failed zod parse as problems, with paths below `root`.
 *
 * @param checked What was parsed: a message then says what was got, where zod says only what is allowed.
 */
export function problemsOf(
  error: z.ZodError,
  code: string,
  root = '',
  checked?: unknown,
): Problem[] {
  return error.issues.map((issue) => ({
    path: joinPath(root, issue.path),
    code,
    message: withGot(issue, checked),
  }));
}

const SAYS_ALLOWED = new Set(['invalid_format', 'invalid_value', 'too_big', 'too_small']);

/** Long values and addresses are left out: they make no message clearer, and may hold credentials. */
const LONGEST_VALUE = 64;

function withGot(issue: z.core.$ZodIssue, checked: unknown): string {
  const got = SAYS_ALLOWED.has(issue.code) ? gotAt(issue.path, checked) : '';
  const [first = '', ...rest] = issue.message;
  return got === '' ? issue.message : `${got}${first.toLowerCase()}${rest.join('')}`;
}

function gotAt(path: readonly PropertyKey[], checked: unknown): string {
  const value = path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? Reflect.get(at, key) : undefined),
    checked,
  );
  if (typeof value !== 'string' && typeof value !== 'number') return '';
  const text = JSON.stringify(value);
  return text.length > LONGEST_VALUE || /:\/\/|@/.test(text) ? '' : `got ${text}, `;
}

/** `spec.hosts[0].port` from a root and the keys below it. */
export function joinPath(root: string, keys: readonly PropertyKey[]): string {
  return keys.reduce<string>(
    (path, key) =>
      typeof key === 'number'
        ? `${path}[${key}]`
        : path === ''
          ? String(key)
          : `${path}.${String(key)}`,
    root,
  );
}

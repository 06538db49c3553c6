/** One fault found in a manifest, a document or the props of a construct. */
export interface Problem {
  /** Where: a dotted path from the root of what was checked, `''` for the root itself. */
  readonly path: string;
  /** Stable code, documented in docs/reference/errors.md. */
  readonly code: string;
  /** What was got, what is allowed and what to change; lower case, no full stop. */
  readonly message: string;
}

/** Either a value or every reason why there is none. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Wraps a value as a successful {@link Result}. */
export const success = <T>(value: T): Result<T> => ({ ok: true, value });

/** Wraps problems as a failed {@link Result}. */
export const failure = (...problems: readonly Problem[]): Result<never> => ({
  ok: false,
  problems,
});

/** A problem on one line: `[CODE] path: message`. */
export function formatProblem({ path, code, message }: Problem): string {
  return path === '' ? `[${code}] ${message}` : `[${code}] ${path}: ${message}`;
}

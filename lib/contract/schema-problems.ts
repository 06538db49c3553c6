import type { z } from 'zod';
import type { Problem } from './problem.ts';

/**
 * Parse context for schemas that see few values: zod would otherwise compile each schema at its first
 * use, which takes longer than checking the manifests of a whole app.
 */
export const interpreted = { jitless: true } as const;

/** The issues of a failed zod parse as problems, with paths below `root`. */
export function problemsOf(error: z.ZodError, code: string, root = ''): Problem[] {
  return error.issues.map((issue) => ({
    path: joinPath(root, issue.path),
    code,
    message: issue.message,
  }));
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

import type { z } from 'zod';

/** A rule over several fields of one node, with a face for the API server and one for us. */
export interface CrossFieldRule<T> {
  /** The rule in CEL, with the node as `self`. */
  readonly cel: string;
  /** What both faces answer with. */
  readonly message: string;
  /** The same rule as a function. Null and absent members are alike, as `has()` sees them. */
  readonly holds: (self: T) => boolean;
  /** Reason that the API server puts into its status. */
  readonly reason?: 'FieldValueInvalid';
}

/** `schema` with `rules` as refinements and as `x-kubernetes-validations`. */
export function withRules<S extends z.ZodType>(
  schema: S,
  rules: readonly CrossFieldRule<z.output<S>>[],
): S {
  const refined = schema.superRefine((value, context) => {
    for (const rule of rules) {
      if (!rule.holds(value)) context.addIssue({ code: 'custom', message: rule.message });
    }
  });
  return refined.meta({
    'x-kubernetes-validations': rules.map(({ cel, message, reason }) => ({
      rule: cel,
      message,
      ...(reason === undefined ? {} : { reason }),
    })),
  });
}

/** CEL's `has()`: present and not null. */
export function has<T>(value: T): value is NonNullable<T> {
  return value !== undefined && value !== null;
}

/** True for a text of `low` to `high` code points, which is what CEL's `size()` counts. */
export function hasLength(text: string, low: number, high: number): boolean {
  const { length } = Array.from(text);
  return length >= low && length <= high;
}

import { GROUP } from './api.ts';
import type { Json } from './canonical.ts';

/**
 * Values that constructs write because kars v0.1.x requires the field, by kind and path below `spec`. They
 * claim nothing, so nobody is warned of them.
 */
export const requiredByKars = {
  ToolPolicy: {
    'appliesTo.sandboxMatchLabels': { [`${GROUP}/selected-by`]: 'reference' },
  },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Json>>>>;

/** The values of a field that say nothing: what constructs have to write, else its default. */
export function silentValues(kind: string, path: string, byDefault: unknown): readonly unknown[] {
  const required: Readonly<Record<string, Readonly<Record<string, Json>>>> = requiredByKars;
  const value = required[kind]?.[path] ?? byDefault;
  return value === undefined ? [] : [value];
}

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

/** The value of a field that says nothing: what constructs have to write, else its default. */
export function silentValue(kind: string, path: string, byDefault: unknown): unknown {
  const required: Readonly<Record<string, Readonly<Record<string, Json>>>> = requiredByKars;
  return required[kind]?.[path] ?? byDefault;
}

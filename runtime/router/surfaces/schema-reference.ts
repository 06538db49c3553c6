import type { Deny } from 'kars-constructs/contract';
import { objectsIn, readObject } from './json-object.ts';
import { readJsonText } from '../json-text.ts';
import { limits } from '../limits.ts';
import { first, refuseAct, refuseUnknown } from './reach.ts';

const REFERENCES: ReadonlySet<string> = new Set(['$dynamicRef', '$recursiveRef', '$ref']);

/**
 * Refuses schemas that refer to others by URL: validators of some servers fetch those. A schema may also be
 * the text of one.
 */
export function refuseReferences(at: string, schema: unknown): Deny | undefined {
  if (typeof schema === 'string') {
    const { tooComplex } = readJsonText(schema, limits);
    if (tooComplex !== undefined) return refuseUnknown(`${at}, a text in which ${tooComplex}`);
  }
  const value = typeof schema === 'string' ? readObject(schema) : schema;
  return first(objectsIn(value), (inner) =>
    first(Object.entries(inner), ([name, one]) =>
      REFERENCES.has(name) && typeof one === 'string' && !one.startsWith('#')
        ? refuseAct(`${at} with the ${name} ${JSON.stringify(one)}, which the provider would fetch`)
        : undefined,
    ),
  );
}

/** The same of some fields of a request. */
export const refuseReferencesIn = (
  request: Readonly<Record<string, unknown>>,
  names: readonly string[],
): Deny | undefined => first(names, (name) => refuseReferences(name, request[name]));

import type { GoldenManifest } from './golden.ts';

/** A manifest that differs from another in one place. */
export interface Mutant {
  /** What was changed: `spec.hosts.0 to null`. */
  readonly change: string;
  readonly manifest: GoldenManifest;
}

type Key = string | number;

const REMOVED = Symbol('removed');

/** What the value at one place becomes; the value itself where a change does not fit it. */
const changes: Readonly<Record<string, (value: unknown) => unknown>> = {
  nothing: () => REMOVED,
  null: () => null,
  'a number': () => 7,
  'a negative number': () => -1,
  'a fraction': () => 1.5,
  'a text': () => 'x',
  'an empty text': () => '',
  'a long text': () => 'x'.repeat(600),
  'an empty list': () => [],
  'an empty object': () => ({}),
  'a boolean': () => true,
  'one with an unknown member': (value) => (isObject(value) ? { ...value, unknown: 1 } : value),
  'one with a null item': (value) =>
    Array.isArray(value) ? [...(value as unknown[]), null] : value,
  'one with its first item twice': (value) =>
    Array.isArray(value) ? [...(value as unknown[]), (value as unknown[])[0]] : value,
};

/** Every change at every place of the spec of a manifest. */
export function mutantsOf(manifest: GoldenManifest): Mutant[] {
  return pathsOf(manifest.spec, ['spec']).flatMap((path) =>
    Object.entries(changes).flatMap(([name, change]) => {
      const changed = replaceAt(manifest, path, change);
      return JSON.stringify(changed) === JSON.stringify(manifest)
        ? []
        : [{ change: `${path.join('.')} to ${name}`, manifest: changed as GoldenManifest }];
    }),
  );
}

function pathsOf(value: unknown, path: readonly Key[]): (readonly Key[])[] {
  if (typeof value !== 'object' || value === null) return value === undefined ? [] : [path];
  const members = Array.isArray(value)
    ? value.map((item, index): [Key, unknown] => [index, item])
    : Object.entries(value);
  return [path, ...members.flatMap(([key, member]) => pathsOf(member, [...path, key]))];
}

function replaceAt(
  value: unknown,
  [key, ...rest]: readonly Key[],
  change: (value: unknown) => unknown,
): unknown {
  if (key === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => {
      const replaced = index === key ? replaceAt(item, rest, change) : item;
      return replaced === REMOVED ? [] : [replaced];
    });
  }
  return Object.fromEntries(
    Object.entries(value as object).flatMap(([name, member]: [string, unknown]) => {
      const replaced = name === key ? replaceAt(member, rest, change) : member;
      return replaced === REMOVED ? [] : [[name, replaced]];
    }),
  );
}

const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

import { isRecord } from './reach.ts';

/** The object that a text is, or undefined. */
export function readObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Every object within a value, of whatever depth. */
export function* objectsIn(value: unknown): Generator<Readonly<Record<string, unknown>>> {
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (isRecord(next)) yield next;
    if (typeof next !== 'object' || next === null) continue;
    // A long list is more than a call takes as arguments.
    for (const one of Object.values(next)) rest.push(one);
  }
}

import fc from 'fast-check';

/** Where a stream of this many bytes is cut, within characters as well. */
export const cutsOf = (length: number): fc.Arbitrary<readonly number[]> =>
  fc.uniqueArray(fc.integer({ min: 1, max: length - 1 }), { maxLength: 40 });

/** A stream in the parts that cuts make. */
export function partsOf(stream: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const ends = [...[...cuts].sort((a, b) => a - b), stream.length];
  return ends.map((end, index) => stream.subarray(ends[index - 1] ?? 0, end));
}

/** Parts as they come, one a turn. */
export async function* arriving(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    await Promise.resolve();
    yield part;
  }
}

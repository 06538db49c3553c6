import { createHash } from 'node:crypto';

/** A value that JSON can carry. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined };

/**
 * Canonical JSON as RFC 8785 (JCS) defines it: no white space, members sorted by UTF-16 code units,
 * absent members left out.
 *
 * @throws TypeError for a number that JSON cannot carry (NaN, infinities).
 */
export function canonicalJson(value: Json): string {
  if (typeof value === 'number') finite(value);
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (isList(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const members = Object.keys(value)
    .sort()
    .flatMap((key) => {
      const member = value[key];
      return member === undefined ? [] : [`${JSON.stringify(key)}:${canonicalJson(member)}`];
    });
  return `{${members.join(',')}}`;
}

/**
 * The number.
 *
 * @throws TypeError for one that JSON cannot carry.
 */
export function finite(value: number): number {
  if (Number.isFinite(value)) return value;
  throw new TypeError(`JSON has no form for ${String(value)}; supply a finite number`);
}

/** `Array.isArray` does not narrow a readonly array type. */
function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/**
 * Digest of a file that a process reads: SHA-256 over the file name and the bytes, each behind its
 * length as an unsigned 64-bit big-endian number. The layout is that of kars v0.1.x.
 *
 * @returns `sha256:` and 64 lower-case hex digits.
 */
export function fileDigest(file: string, body: string | Uint8Array): string {
  const hash = createHash('sha256');
  for (const part of [Buffer.from(file), Buffer.from(body)]) {
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(part.length));
    hash.update(length).update(part);
  }
  return `sha256:${hash.digest('hex')}`;
}

/** The form of the digests that constructs and processes write. */
export const DIGEST = /^sha256:[0-9a-f]{64}$/;

/** Digest of a text alone, as `sha256sum` gives it, in the form `sha256:<64 hex>`. */
export function contentDigest(body: string): string {
  return `sha256:${createHash('sha256').update(body).digest('hex')}`;
}

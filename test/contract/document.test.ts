import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  decodeKind,
  documentCodes,
  encode,
  encodeSet,
  type Json,
} from 'kars-constructs/contract';

const source = { kind: 'KarsSandbox', namespace: 'agents', name: 'reader' };

const host = fc.stringMatching(/^[a-z][a-z0-9]{0,10}$/).map((label) => `${label}.example.com`);
const entry = fc.record({ host, port: fc.integer({ min: 1, max: 65_535 }) });
const payload = fc.record({ entries: fc.array(entry, { maxLength: 20 }) });

/** The same value with the members of every object in reverse order. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => reversed(item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([key, member]) => [key, member === undefined ? undefined : reversed(member)]),
  );
}

describe('a document', () => {
  it('is read back as it was written', () => {
    fc.assert(
      fc.property(payload, (value) => {
        const { body } = encode('egress-allowlist', source, value);
        expect(decodeKind('egress-allowlist', body)).toEqual({
          ok: true,
          value: { schemaVersion: 1, kind: 'egress-allowlist', source, payload: value },
        });
      }),
    );
  });

  it('has one digest, whatever the order of members', () => {
    fc.assert(
      fc.property(payload, (value) => {
        const one = encode('egress-allowlist', source, value);
        const other = encode('egress-allowlist', source, reversed(value));
        expect(other).toEqual(one);
        expect(one.body).toBe(canonicalJson(JSON.parse(one.body) as Json));
      }),
    );
  });

  it('of any other schemaVersion is refused', () => {
    const { body } = encode('egress-allowlist', source, { entries: [] });
    fc.assert(
      fc.property(fc.jsonValue(), (version) => {
        fc.pre(version !== 1);
        const other = JSON.stringify({ ...(JSON.parse(body) as object), schemaVersion: version });
        expect(decodeKind('egress-allowlist', other)).toMatchObject({
          ok: false,
          problems: [{ code: 'KARS_DOCUMENT_VERSION' }],
        });
      }),
    );
  });

  it.each([
    ['KARS_DOCUMENT_MALFORMED', 'not JSON', '{'],
    ['KARS_DOCUMENT_MALFORMED', 'a payload of another form', { payload: { entries: 'all' } }],
    [
      'KARS_DOCUMENT_MALFORMED',
      'a host in another form',
      { payload: { entries: [{ host: 'A.example.com', port: 1 }] } },
    ],
    ['KARS_DOCUMENT_MALFORMED', 'a wildcard', { payload: { entries: [{ host: '*', port: 443 }] } }],
    ['KARS_DOCUMENT_MALFORMED', 'an unknown member', { learn: true }],
    ['KARS_DOCUMENT_MALFORMED', 'no source', { source: undefined }],
    ['KARS_DOCUMENT_VERSION', 'no version', { schemaVersion: undefined }],
    ['KARS_DOCUMENT_KIND', 'another kind', { kind: 'tool-policy' }],
    ['KARS_DOCUMENT_TOO_LARGE', 'too many bytes', ' '.repeat(921_601)],
  ])('is refused as %s with %s', (code, _what, change) => {
    const { body } = encode('egress-allowlist', source, { entries: [] });
    const text =
      typeof change === 'string'
        ? change
        : JSON.stringify({ ...(JSON.parse(body) as object), ...change });
    const result = decodeKind('egress-allowlist', text);
    expect(result.ok ? [] : result.problems.map((problem) => problem.code)).toContain(code);
    expect(Object.keys(documentCodes)).toContain(code);
  });
});

describe('a set', () => {
  const member = encode('egress-allowlist', source, { entries: [] });

  it('lists each document with its digest', () => {
    expect(decodeKind('set', encodeSet(source, [member]).body)).toMatchObject({
      ok: true,
      value: {
        payload: {
          documents: [
            { kind: 'egress-allowlist', file: 'egress-allowlist.json', digest: member.digest },
          ],
        },
      },
    });
  });

  it('is refused when it lists a kind twice', () => {
    const result = decodeKind('set', encodeSet(source, [member, member]).body);
    expect(result).toMatchObject({ ok: false, problems: [{ code: 'KARS_DOCUMENT_MALFORMED' }] });
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  auditRecord,
  canonicalJson,
  chain,
  recordHash,
  type AuditEntry,
} from 'kars-constructs/contract';

const text = fc.string({ unit: 'binary' });
const count = fc.nat();
const time = fc.constantFrom('2026-01-31T08:58:02.114Z', '2026-01-31T08:58:02.115Z');
const hash = fc.constant('ab'.repeat(32));

const entries: fc.Arbitrary<AuditEntry> = fc.record(
  {
    time,
    sandbox: text,
    process: fc.constantFrom('router', 'egress-proxy'),
    set: text,
    surface: text,
    target: text,
    decision: fc.constantFrom('allow', 'deny'),
    code: text,
    rule: text,
    reason: text,
    trace: fc.constant('cd'.repeat(16)),
    reserved: count,
    tokens: fc.record({ input: count, output: count }),
    traffic: fc.record({ sent: count, received: count, milliseconds: count }),
    repeats: fc.record({ count: fc.integer({ min: 1 }), since: time }),
    removed: fc.record({ through: count, hash }),
  },
  { requiredKeys: ['time', 'sandbox', 'process', 'set', 'surface', 'target', 'decision', 'code', 'rule', 'reason'] }, // prettier-ignore
);

describe('a chained record', () => {
  it('has the hash that whoever reads its line comes to, over all that it says', () => {
    fc.assert(
      fc.property(entries, fc.option(fc.record({ seq: count, hash })), (entry, before) => {
        const { record, line } = chain(before ?? undefined, entry);
        expect(line.indexOf('\n')).toBe(line.length - 1);
        const { hash: read, ...open } = auditRecord.parse(JSON.parse(line));
        expect({ ...open, hash: read }).toEqual(record);
        expect(read).toBe(recordHash(open));
        expect(line).toBe(`${canonicalJson(open).slice(0, -1)},"hash":"${read}"}\n`);
      }),
    );
  });

  it('could have every member of the schema here', () => {
    const all = Object.keys(auditRecord.shape).filter(
      (key) => !['seq', 'prev', 'hash', 'anchor'].includes(key),
    );
    const some = fc.sample(entries, 500).flatMap((entry) => Object.keys(entry));
    expect(new Set(some)).toEqual(new Set(all));
  });
});

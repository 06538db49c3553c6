import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { normalAddress, type IpFamily } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { NameTable } from '../../../../runtime/egress-proxy/dns/name-table.ts';
import type { NameHash } from '../../../../runtime/egress-proxy/dns/synthetic-address.ts';
import { createLog } from '../../../../runtime/service/log.ts';
import { temporaryDirectory } from '../../../support/documents.ts';

const silent = createLog('egress-proxy', () => undefined);

interface Options {
  readonly family?: IpFamily;
  readonly bounds?: { readonly names: number; readonly namesOfEntry: number };
  readonly hashOf?: () => NameHash;
}

async function open(directory: string, { family = 4, ...options }: Options = {}) {
  const table = new NameTable({ family, ...options });
  await table.read(directory, silent);
  return table;
}

const fileIn = (directory: string): string => join(directory, 'dns-names.jsonl');

/** A hash that leads to few addresses: 198.18.0.1 for every name, then 198.18.0.2, and so on. */
const crowded: NameHash = (_name, attempt) => {
  const bytes = Buffer.alloc(16);
  bytes[15] = (attempt % 4) + 1;
  return bytes;
};

describe('the addresses of names', () => {
  it('are refused when the table was not read', async () => {
    const table = new NameTable({ family: 4 });
    expect(table.addressOf('a.example')).toBeUndefined();
    expect(table.nameOf('198.18.0.1')).toBeUndefined();
    await expect(table.give('a.example', 'a.example')).rejects.toThrow('not read yet');
  });

  it.each([
    ['in all', { names: 2, namesOfEntry: 9 }, '2 names have an address'],
    [
      'of one entry',
      { names: 9, namesOfEntry: 2 },
      '2 names of the entry *.example have an address',
    ],
  ])('end at the bound %s', async (_what, bounds, reason) => {
    const table = await open(temporaryDirectory(), { bounds });
    await table.give('a.example', '*.example');
    await table.give('b.example', '*.example');
    expect(table.refusal('c.example', '*.example')).toMatchObject({
      code: 'KARS_DNS_NAMES_EXHAUSTED',
      reason,
    });
    await expect(table.give('c.example', '*.example')).rejects.toThrow(reason);
    expect(table.refusal('b.example', '*.example')).toBeUndefined();
  });

  it('are left to other entries by one that has used up its own', async () => {
    const directory = temporaryDirectory();
    const bounds = { names: 9, namesOfEntry: 1 };
    await (await open(directory, { bounds })).give('a.example', '*.example');
    const again = await open(directory, { bounds });
    expect(again.refusal('b.example', '*.example')?.code).toBe('KARS_DNS_NAMES_EXHAUSTED');
    expect(again.refusal('a.other', 'a.other')).toBeUndefined();
  });

  it('end where the hash leads to no free address', async () => {
    const table = await open(temporaryDirectory(), { hashOf: () => crowded });
    for (const name of ['a', 'b', 'c', 'd']) await table.give(name, name);
    expect(table.refusal('e', 'e')).toMatchObject({
      code: 'KARS_DNS_NAMES_EXHAUSTED',
      reason: 'no address is free where the name leads to',
    });
  });

  it('are found one after the other by names that collide, and again after a restart', async () => {
    const directory = temporaryDirectory();
    const table = await open(directory, { hashOf: () => crowded });
    const given = [];
    for (const name of ['a', 'b', 'c']) given.push(await table.give(name, name));
    expect(given).toEqual(['198.18.0.1', '198.18.0.2', '198.18.0.3']);
    const again = await open(directory, { hashOf: () => crowded });
    expect(['a', 'b', 'c'].map((name) => again.addressOf(name))).toEqual(given);
    expect(await again.give('d', 'd')).toBe('198.18.0.4');
  });

  it('are neither a network nor all its hosts', async () => {
    const edges: NameHash = (_name, attempt) =>
      Buffer.alloc(16, [0x00, 0xff, 0x07][attempt] ?? 0x08);
    const table = await open(temporaryDirectory(), { hashOf: () => edges });
    expect(await table.give('a', 'a')).toBe('198.19.7.7');
  });

  it('are one for a name that is asked for many times at once', async () => {
    const directory = temporaryDirectory();
    const table = await open(directory);
    const given = await Promise.all(Array.from({ length: 20 }, () => table.give('a', 'a')));
    expect(new Set(given).size).toBe(1);
    expect(readFileSync(fileIn(directory), 'utf8').trim().split('\n')).toHaveLength(2);
  });

  it.each([
    [4 as const, /^198\.1[89]\.\d+\.\d+$/],
    [6 as const, /^2001:2:0:[0-9a-f:]+$/],
  ])('are of the family %i, in normal form', async (family, form) => {
    const table = await open(temporaryDirectory(), { family });
    const address = await table.give('a.example', 'a.example');
    expect(address).toMatch(form);
    expect(normalAddress(address)).toBe(address);
    expect(table.nameOf(address)).toBe('a.example');
  });

  it('of both families are kept when the pod comes back with another one', async () => {
    const directory = temporaryDirectory();
    const four = await (await open(directory)).give('a.example', 'a.example');
    const table = await open(directory, { family: 6 });
    expect(table.addressOf('a.example')).toBeUndefined();
    const six = await table.give('a.example', 'a.example');
    expect([table.nameOf(four), table.nameOf(six)]).toEqual(['a.example', 'a.example']);
  });

  it('are never shared by two names, and lead back to their own', async () => {
    const name = fc.stringMatching(/^[a-z]{1,6}\.[a-z]{2}$/);
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(name, { maxLength: 20 }),
        fc.constantFrom<IpFamily>(4, 6),
        fc.boolean(),
        async (names, family, isNarrow) => {
          // Eight bits of the hash remain, so that names collide all the time.
          const narrow: NameHash = (text, attempt) => {
            const bytes = Buffer.alloc(16);
            for (const byte of Buffer.from(`${text}${attempt}`))
              bytes[15] = bytes.readUInt8(15) * 31 + byte;
            return bytes;
          };
          const directory = temporaryDirectory();
          const options = { family, ...(isNarrow ? { hashOf: () => narrow } : {}) };
          const table = await open(directory, options);
          const given = await Promise.all(names.map((each) => table.give(each, each)));
          expect(new Set(given).size).toBe(names.length);
          const again = await open(directory, options);
          expect(given.map((address) => again.nameOf(address))).toEqual(names);
          expect(names.map((each) => again.addressOf(each))).toEqual(given);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('the file of names', () => {
  /** A file with two names. */
  async function written() {
    const directory = temporaryDirectory();
    const table = await open(directory);
    await table.give('a.example', 'a.example');
    await table.give('b.example', 'b.example');
    const path = fileIn(directory);
    return { directory, path, lines: readFileSync(path, 'utf8').split('\n') };
  }

  it('is readable by its process alone', async () => {
    const { path } = await written();
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['the key', (lines: string[]) => lines.with(0, '{"version":1,"key":"c2hvcnQ"}'), 'line 1'],
    [
      'the version',
      (lines: string[]) => lines.with(0, String(lines[0]).replace('1', '2')),
      'line 1',
    ],
    [
      'an address',
      (lines: string[]) =>
        lines.with(1, '{"name":"a.example","address":"198.18.0.1","entry":"a.example"}'),
      'a.example was changed',
    ],
    [
      'a name',
      (lines: string[]) => lines.with(2, String(lines[2]).replace('b.example', 'c.example')),
      'c.example was changed',
    ],
    [
      'the form of a name',
      (lines: string[]) => lines.with(2, String(lines[2]).replace('b.e', 'B.e')),
      'line 3',
    ],
    [
      'a line that is repeated',
      (lines: string[]) => lines.with(2, String(lines[1])),
      'a.example was changed',
    ],
    ['what is no JSON', (lines: string[]) => lines.with(1, 'names'), 'line 2'],
    ['an empty line', (lines: string[]) => lines.with(1, ''), 'line 2'],
    [
      'a field more',
      (lines: string[]) => lines.with(1, String(lines[1]).replace('{', '{"x":1,')),
      'line 2',
    ],
  ])('with %s altered is refused, and left as it is', async (_what, alter, why) => {
    const { directory, path, lines } = await written();
    const altered = alter(lines).join('\n');
    writeFileSync(path, altered);
    await expect(open(directory)).rejects.toMatchObject({
      code: 'KARS_DNS_NAMES_BROKEN',
      message: expect.stringContaining(why) as string,
    });
    expect(readFileSync(path, 'utf8')).toBe(altered);
  });

  it('that a crash has torn goes on from its last whole line', async () => {
    const { directory, path, lines } = await written();
    appendFileSync(path, '{"name":"c.exa');
    const table = await open(directory);
    expect(table.addressOf('b.example')).toBeDefined();
    await table.give('c.example', 'c.example');
    expect(readFileSync(path, 'utf8').split('\n').slice(0, 3)).toEqual(lines.slice(0, 3));
    expect((await open(directory)).addressOf('c.example')).toBe(table.addressOf('c.example'));
  });

  it('that a crash has torn at its first line begins anew', async () => {
    const directory = temporaryDirectory();
    writeFileSync(fileIn(directory), '{"version":1,"ke');
    const table = await open(directory);
    const address = await table.give('a.example', 'a.example');
    expect((await open(directory)).nameOf(address)).toBe('a.example');
  });

  it('loses half a line that a failed write has left', async () => {
    const { directory, path } = await written();
    const table = await open(directory);
    appendFileSync(path, '{"name":"c.exa');
    await table.give('d.example', 'd.example');
    expect((await open(directory)).addressOf('d.example')).toBe(table.addressOf('d.example'));
  });

  it('that became shorter is not written any more', async () => {
    const { directory, path } = await written();
    const table = await open(directory);
    truncateSync(path, 10);
    await expect(table.give('c.example', 'c.example')).rejects.toMatchObject({
      code: 'KARS_DNS_NAMES_BROKEN',
    });
    expect(table.addressOf('c.example')).toBeUndefined();
  });
});

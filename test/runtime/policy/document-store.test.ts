import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { encode } from 'kars-constructs/contract';
import { DocumentStore } from '../../../runtime/policy/document-store.ts';
import { createLog } from '../../../runtime/service/log.ts';
import {
  encodeDocuments,
  projectDocuments,
  temporaryDirectory,
  writeDocuments,
} from '../../support/documents.ts';

const first = { 'egress-allowlist': { entries: [{ host: 'a.example.com', port: 443 }] } };
const second = { 'egress-allowlist': { entries: [{ host: 'b.example.com', port: 443 }] } };

async function open(directory: string, pollMilliseconds = 20): Promise<DocumentStore> {
  const log = createLog('egress-proxy', () => undefined);
  const store = await DocumentStore.open({
    directory,
    reader: 'egress-proxy',
    log,
    pollMilliseconds,
  });
  onTestFinished(() => store.close());
  return store;
}

const hosts = (store: DocumentStore): string[] | undefined =>
  store
    .snapshot()
    ?.payload('egress-allowlist')
    ?.entries.map((entry) => ('host' in entry ? entry.host : entry.cidr));

/** Ways to spoil a directory that holds the first set, and the code that has to be reported. */
const faults: [what: string, code: string, spoil: (directory: string) => void][] = [
  ['a missing set', 'KARS_DOCUMENT_MISSING', (at) => rmSync(join(at, 'set.json'))],
  ['a missing file', 'KARS_DOCUMENT_MISSING', (at) => rmSync(join(at, 'egress-allowlist.json'))],
  [
    'a half-written file',
    'KARS_DOCUMENT_MALFORMED',
    (at) => writeFileSync(join(at, 'egress-allowlist.json'), '{"kind":"egress-allow'),
  ],
  [
    'a half-written set',
    'KARS_DOCUMENT_MALFORMED',
    (at) => writeFileSync(join(at, 'set.json'), '{'),
  ],
  [
    'an unknown schemaVersion',
    'KARS_DOCUMENT_VERSION',
    (at) => {
      const [set] = encodeDocuments(second);
      const body = (set?.body ?? '').replace('"schemaVersion":1', '"schemaVersion":2');
      writeFileSync(join(at, 'set.json'), body);
    },
  ],
  [
    'the wrong bytes for a digest',
    'KARS_DOCUMENT_DIGEST',
    (at) => {
      const [, member] = encodeDocuments(second);
      writeFileSync(join(at, 'egress-allowlist.json'), member?.body ?? '');
    },
  ],
  [
    'a document of another kind',
    'KARS_DOCUMENT_KIND',
    (at) => {
      const source = { kind: 'ToolPolicy', namespace: 'a', name: 'b' };
      const { body } = encode('tool-policy', source, { allowedTools: ['*'] });
      writeFileSync(join(at, 'egress-allowlist.json'), body);
    },
  ],
  [
    'a document with an unknown member',
    'KARS_DOCUMENT_MALFORMED',
    (at) => {
      const source = { kind: 'KarsSandbox', namespace: 'a', name: 'b' };
      const { body } = encode('egress-allowlist', source, { entries: [], learn: true });
      writeFileSync(join(at, 'egress-allowlist.json'), body);
    },
  ],
  [
    'a document over the size limit',
    'KARS_DOCUMENT_TOO_LARGE',
    (at) => writeFileSync(join(at, 'egress-allowlist.json'), ' '.repeat(921_601)),
  ],
];

describe('a document store', () => {
  it('reads a whole set and reports its digests', async () => {
    const directory = temporaryDirectory();
    const [set, member] = writeDocuments(directory, first);
    const store = await open(directory);
    expect(hosts(store)).toEqual(['a.example.com']);
    expect(store.notReady()).toBeUndefined();
    expect(store.status()).toMatchObject({
      schema_version: 1,
      count: 1,
      entries: [{ kind: 'EgressAllowlist', digest: member?.digest, last_error: null }],
      set: { digest: set?.digest, last_error: null },
    });
  });

  it.each(faults)(
    'is not ready and has nothing in force with %s at start',
    async (_what, code, spoil) => {
      const directory = temporaryDirectory();
      writeDocuments(directory, first);
      spoil(directory);
      const store = await open(directory);
      expect(store.snapshot()).toBeUndefined();
      expect(store.notReady()).toContain(code);
      expect(store.status().set.last_error).toContain(code);
    },
  );

  it.each(faults)(
    'keeps the last good set with %s later, and says so',
    async (_what, code, spoil) => {
      const directory = temporaryDirectory();
      const [set] = writeDocuments(directory, first);
      const store = await open(directory);
      spoil(directory);
      await store.reload();
      expect(hosts(store)).toEqual(['a.example.com']);
      expect(store.status().set).toMatchObject({ digest: set?.digest });
      expect(store.status().set.last_error).toContain(code);
      writeDocuments(directory, second);
      await store.reload();
      expect(hosts(store)).toEqual(['b.example.com']);
      expect(store.status().set.last_error).toBeNull();
    },
  );

  it('has no payload for a document that the set lacks', async () => {
    const directory = temporaryDirectory();
    writeDocuments(directory, {});
    const store = await open(directory);
    expect(store.notReady()).toBeUndefined();
    expect(hosts(store)).toBeUndefined();
  });

  it('follows the swap of the kubelet by itself, and never sees a mixture', async () => {
    const directory = temporaryDirectory();
    await projectDocuments(directory, first);
    const store = await open(directory);
    const seen = new Set<string | undefined>();
    for (let round = 0; round < 20; round += 1) {
      await projectDocuments(directory, round % 2 === 0 ? second : first);
      seen.add(hosts(store)?.join());
    }
    await expect.poll(() => hosts(store)).toEqual(['a.example.com']);
    for (const list of seen) expect(['a.example.com', 'b.example.com']).toContain(list);
    expect(store.status().set.last_error).toBeNull();
  });

  it('follows a swap by its events alone', async () => {
    const directory = temporaryDirectory();
    await projectDocuments(directory, first);
    const store = await open(directory, 3_600_000);
    await projectDocuments(directory, second);
    await expect.poll(() => hosts(store)).toEqual(['b.example.com']);
  });
});

describe('a floor that fails to judge', () => {
  it('has accepted nothing, and is asked again', async () => {
    const directory = temporaryDirectory();
    writeDocuments(directory, first);
    let fails = true;
    const store = await DocumentStore.open({
      directory,
      reader: 'egress-proxy',
      log: createLog('egress-proxy', () => undefined),
      floor: () => (fails ? Promise.reject(new Error('no disk')) : []),
    });
    onTestFinished(() => store.close());
    expect([hosts(store), store.notReady()]).toEqual([
      undefined,
      expect.stringContaining('cannot be judged: no disk'),
    ]);
    fails = false;
    await store.reload();
    expect(hosts(store)).toEqual(['a.example.com']);
  });
});

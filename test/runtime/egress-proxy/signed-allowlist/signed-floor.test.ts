import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { AllowlistSigners } from 'kars-constructs';
import type { SignedAllowlistPayload } from 'kars-constructs/contract';
import { verifyAllowlist } from 'kars-constructs/signing';
import { AcceptedGenerations } from '../../../../runtime/egress-proxy/signed-allowlist/accepted-generations.ts';
import {
  signedFloor,
  unsignedFloor,
} from '../../../../runtime/egress-proxy/signed-allowlist/signed-floor.ts';
import { DocumentStore } from '../../../../runtime/policy/document-store.ts';
import { createLog } from '../../../../runtime/service/log.ts';
import { onTestFinished } from 'vitest';
import { projectDocuments, temporaryDirectory, type Payloads } from '../../../support/documents.ts';
import {
  artifactOf,
  listOfV1,
  newSigner,
  REPOSITORY,
  signedBy,
  signedOfV1,
} from '../../../support/signing.ts';

const author = newSigner();

const set = (signed?: SignedAllowlistPayload, shown = artifactOf().allowlist): Payloads => ({
  'egress-allowlist': shown,
  ...(signed === undefined ? {} : { 'signed-allowlist': signed }),
});

/** A store of documents whose list has to be signed, and restarts of it on one state directory. */
function machine() {
  const root = temporaryDirectory();
  const directory = join(root, 'documents');
  const log = createLog('egress-proxy', () => undefined);
  const start = async (payloads: Payloads, isSigned = true) => {
    await projectDocuments(directory, payloads);
    const generations = new AcceptedGenerations();
    await generations.read(root);
    const { policy: signers } = AllowlistSigners.of({ keys: [author.pem] });
    const trust = { repository: REPOSITORY, signers };
    const floor = isSigned
      ? signedFloor({ trust, generations, verify: verifyAllowlist })
      : unsignedFloor;
    const store = await DocumentStore.open({ directory, reader: 'egress-proxy', log, floor });
    onTestFinished(() => store.close());
    return {
      inForce: (): string =>
        store
          .snapshot()
          ?.payload('egress-allowlist')
          ?.entries.map((entry) => ('host' in entry ? entry.host : ''))
          .join() ?? 'nothing',
      refused: (): string => store.status().set.last_error ?? '',
      swap: async (next: Payloads) => {
        await projectDocuments(directory, next);
        await store.reload();
      },
    };
  };
  return { start, file: join(root, 'accepted-generations.json') };
}

const listOf = (host: string) => ({ entries: [{ host, port: 443 }] });

const generation = (number: number, host = 'api.example.com'): Payloads =>
  set(signedBy(author, { generation: number, allowlist: listOf(host) }), listOf(host));

describe('a process that takes signed lists alone', () => {
  it('enforces one that holds', async () => {
    const process = await machine().start(generation(1));
    expect(process.inForce()).toBe('api.example.com');
  });

  it('enforces one of kars v0.1.x, and goes back to no earlier generation by it', async () => {
    const ofV1 = (host: string, number: number): Payloads =>
      set(signedOfV1(author, listOfV1([[host, 443]], number)), listOf(host));
    const process = await machine().start(ofV1('api.example.com', 2));
    expect(process.inForce()).toBe('api.example.com');
    await process.swap(generation(3, 'b.example.com'));
    expect(process.inForce()).toBe('b.example.com');
    await process.swap(ofV1('api.example.com', 2));
    expect(process.inForce()).toBe('b.example.com');
    expect(process.refused()).toContain('KARS_ALLOWLIST_GENERATION');
  });

  it('enforces nothing without one', async () => {
    const process = await machine().start(set());
    expect([process.inForce(), process.refused()]).toEqual([
      'nothing',
      expect.stringContaining('KARS_ALLOWLIST_UNSIGNED'),
    ]);
  });

  it.each<[string, Payloads, string]>([
    [
      'another list is shown',
      set(signedBy(author), listOf('b.example.com')),
      'KARS_ALLOWLIST_DIFFERS',
    ],
    ['it is altered', set({ ...signedBy(author), manifest: '{}' }), 'KARS_ALLOWLIST_ALTERED'],
    ['a stranger signed it', set(signedBy(newSigner())), 'KARS_ALLOWLIST_SIGNATURE'],
    [
      'it is of another repository',
      set(signedBy(author, { repository: 'registry.example.com/policies/other' })),
      'KARS_ALLOWLIST_REPOSITORY',
    ],
    ['its generation is earlier', generation(1, 'old.example.com'), 'KARS_ALLOWLIST_GENERATION'],
    [
      'its generation has other content',
      generation(2, 'b.example.com'),
      'KARS_ALLOWLIST_GENERATION',
    ],
  ])('keeps the last good one when %s, and says why', async (_, next, code) => {
    const process = await machine().start(generation(2));
    await process.swap(next);
    expect(process.inForce()).toBe('api.example.com');
    expect(process.refused()).toContain(code);
  });

  it('takes a later generation', async () => {
    const process = await machine().start(generation(1));
    await process.swap(generation(3, 'b.example.com'));
    expect(process.inForce()).toBe('b.example.com');
  });

  it('takes no earlier one after a restart, while the state lasts', async () => {
    const { start, file } = machine();
    await start(generation(2));
    expect(existsSync(file)).toBe(true);
    const restarted = await start(generation(1, 'old.example.com'));
    expect(restarted.inForce()).toBe('nothing');
    expect((await start(generation(2))).inForce()).toBe('api.example.com');
  });

  it('uses no state that was altered', async () => {
    const { start, file } = machine();
    await start(generation(2));
    writeFileSync(file, readFileSync(file, 'utf8').replace('"generation":2', '"generation":"2"'));
    await expect(start(generation(2))).rejects.toMatchObject({ code: 'KARS_GENERATIONS_BROKEN' });
  });
});

describe('the generations that a process has accepted', () => {
  const generationOf = (number: number, digest = `${number}`) => ({
    repository: REPOSITORY,
    generation: number,
    digest,
  });
  const isRefused = async (generations: AcceptedGenerations, number: number): Promise<boolean> =>
    (await generations.accept(generationOf(number, 'other'))).length > 0;

  it('outlast a volume that comes back empty, also for the process after it', async () => {
    const [first, empty] = [temporaryDirectory(), temporaryDirectory()];
    const generations = new AcceptedGenerations();
    await generations.read(first);
    expect(await generations.accept(generationOf(5))).toEqual([]);
    await generations.read(empty);
    expect(await isRefused(generations, 4)).toBe(true);
    const next = new AcceptedGenerations();
    await next.read(empty);
    expect(await isRefused(next, 4)).toBe(true);
  });

  it('are the later ones of process and volume', async () => {
    const directory = temporaryDirectory();
    const [one, other] = [new AcceptedGenerations(), new AcceptedGenerations()];
    await one.read(directory);
    await one.accept(generationOf(3));
    await other.read(directory);
    await other.accept(generationOf(7));
    await one.read(directory);
    expect(await isRefused(one, 6)).toBe(true);
  });
});

describe('a process without signers', () => {
  it('takes no list that looks signed', async () => {
    const process = await machine().start(generation(1), false);
    expect([process.inForce(), process.refused()]).toEqual([
      'nothing',
      expect.stringContaining('KARS_ALLOWLIST_SIGNATURE'),
    ]);
  });

  it('takes one that does not', async () => {
    expect((await machine().start(set(), false)).inForce()).toBe('api.example.com');
  });
});

import { describe, expect, it, onTestFinished } from 'vitest';
import { DocumentStore } from '../../../runtime/policy/document-store.ts';
import { tokenFloor } from '../../../runtime/router/token-floor.ts';
import { createLog } from '../../../runtime/service/log.ts';
import { temporaryDirectory, writeDocuments, type Payloads } from '../../support/documents.ts';
import { policies } from './support.ts';

const allowing = (maxTokensPerRequest: number | null): Payloads => ({
  ...policies,
  'inference-policy': { ...policies['inference-policy'], maxTokensPerRequest },
});

async function open(directory: string, ceiling: string): Promise<DocumentStore> {
  const store = await DocumentStore.open({
    directory,
    reader: 'router',
    log: createLog('router', () => undefined),
    floor: tokenFloor(ceiling),
    pollMilliseconds: 3_600_000,
  });
  onTestFinished(() => store.close());
  return store;
}

describe('the token ceiling of a router', () => {
  it.each([1, 99, 100])('takes a policy with %i tokens under 100', async (tokens) => {
    const directory = temporaryDirectory();
    writeDocuments(directory, allowing(tokens));
    const store = await open(directory, '100');
    expect(store.notReady()).toBeUndefined();
  });

  it.each([101, null])('refuses a policy with %s tokens under 100', async (tokens) => {
    const directory = temporaryDirectory();
    writeDocuments(directory, allowing(tokens));
    const store = await open(directory, '100');
    expect(store.snapshot()).toBeUndefined();
    expect(store.notReady()).toContain('[KARS_DOCUMENT_BELOW_FLOOR] inference-policy.json');
  });

  it('keeps the last good set when a later one is above it', async () => {
    const directory = temporaryDirectory();
    const [set] = writeDocuments(directory, allowing(50));
    const store = await open(directory, '100');
    writeDocuments(directory, allowing(1000));
    await store.reload();
    expect(store.status().set).toMatchObject({ digest: set?.digest });
    expect(store.status().set.last_error).toContain('KARS_DOCUMENT_BELOW_FLOOR');
  });

  it('leaves a set without a policy to the router, which denies', async () => {
    const directory = temporaryDirectory();
    writeDocuments(directory, {});
    expect((await open(directory, '100')).notReady()).toBeUndefined();
  });

  it.each(['', '0', '-1', '1.5', '1e3', ' 5', '99999999999999999'])('is not "%s"', (ceiling) => {
    expect(() => tokenFloor(ceiling)).toThrow('supply a positive integer');
  });
});

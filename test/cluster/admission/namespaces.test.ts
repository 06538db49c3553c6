import { beforeAll, describe, expect, it } from 'vitest';
import { namespace } from '../../../lib/sandbox/service-account.ts';
import type { ApplicableObject } from '../client.ts';
import { refusalOf, useFloor, type Who } from './use-floor.ts';

interface Metadata {
  name: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

/** The namespace of the sandbox `reader`, changed. */
function namespaceOf(change: (metadata: Metadata) => void = () => undefined): ApplicableObject {
  const { metadata } = structuredClone(namespace('reader', 'agents'));
  change(metadata as Metadata);
  return { apiVersion: 'v1', kind: 'Namespace', metadata: metadata as Metadata };
}

const bare = (name: string, labels: Readonly<Record<string, string>> = {}): ApplicableObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, ...{ labels } },
});

describe('the namespaces of sandboxes', () => {
  // It was there before the policies, and could not be made now.
  const floor = useFloor({}, undefined, [bare('kars-foreign')]);
  const answer = async (who: Who, object: ApplicableObject): Promise<string> =>
    refusalOf(await floor.tries(who, object));
  const change = (who: Who, name: string, metadata: object): Promise<string> =>
    floor
      .as(who)
      .call(
        'PATCH',
        `/api/v1/namespaces/${name}?dryRun=All`,
        { metadata },
        'application/merge-patch+json',
      )
      .then(refusalOf);

  beforeAll(async () => {
    await floor.namespace('writer');
    await floor.deploy([bare('apps')]);
  });

  it('are made by deployers', async () => {
    expect(await answer('deployers', namespaceOf())).toBe('allowed');
  });

  it.each(['tenant', 'operators', 'breakGlass', 'platformDeployers'] as const)(
    'are not made by %s',
    async (who) => {
      expect(await answer(who, namespaceOf())).toBe('KARS_NAMESPACE_WRITER');
      const labels = { 'pod-security.kubernetes.io/warn': 'baseline' };
      expect(await change(who, 'kars-writer', { labels })).toBe('KARS_NAMESPACE_WRITER');
    },
  );

  it.each<[string, string, (metadata: Metadata) => void]>([
    ['no label', 'KARS_NAMESPACE_LABELS', (metadata) => (metadata.labels = {})],
    [
      'the name of another sandbox',
      'KARS_NAMESPACE_LABELS',
      ({ labels }) => (labels['kars.azure.com/sandbox'] = 'writer'),
    ],
    ['no role', 'KARS_NAMESPACE_LABELS', ({ labels }) => delete labels['kars.azure.com/role']],
    [
      'another Pod Security Standard',
      'KARS_NAMESPACE_LABELS',
      ({ labels }) => (labels['pod-security.kubernetes.io/warn'] = 'baseline'),
    ],
    ['no owner', 'KARS_NAMESPACE_LABELS', (metadata) => (metadata.annotations = {})],
    [
      'a name that is reserved',
      'KARS_NAMESPACE_RESERVED',
      (metadata) => {
        metadata.name = 'kars-sre';
        metadata.labels['kars.azure.com/sandbox'] = 'sre';
      },
    ],
  ])('are not made with %s', async (_what, code, mutate) => {
    expect(await answer('deployers', namespaceOf(mutate))).toBe(code);
  });

  it.each(['role', 'sandbox', 'component'])('are not others with the label %s', async (label) => {
    const labels = { [`kars.azure.com/${label}`]: 'sandbox' };
    expect(await answer('deployers', bare('apps-2', labels))).toBe('KARS_NAMESPACE_FOREIGN');
    expect(await change('deployers', 'apps', { labels })).toBe('KARS_NAMESPACE_FOREIGN');
  });

  it('are not those that were there before', async () => {
    const adopted = namespaceOf((metadata) => {
      metadata.name = 'kars-foreign';
      metadata.labels['kars.azure.com/sandbox'] = 'foreign';
    });
    expect(await answer('deployers', adopted)).toBe('KARS_NAMESPACE_ADOPTED');
  });

  it('keep owner and labels', async () => {
    const annotations = { 'kars.azure.com/owner-namespace': 'others' };
    expect(await change('deployers', 'kars-writer', { annotations })).toBe(
      'KARS_NAMESPACE_ADOPTED',
    );
    const labels = { 'kars.azure.com/role': null };
    expect(await change('deployers', 'kars-writer', { labels })).toBe('KARS_NAMESPACE_LABELS');
  });

  it('are not the namespace of the platform', async () => {
    const system = (labels: object): Promise<string> =>
      change('platformDeployers', 'kars-system', { labels });
    expect(await system({ team: 'platform' })).toBe('allowed');
    const enforce = 'pod-security.kubernetes.io/enforce';
    expect(await system({ [enforce]: 'privileged' })).toBe('KARS_NAMESPACE_PLATFORM');
    expect(await system({ 'kars.azure.com/role': 'sandbox' })).toBe('KARS_NAMESPACE_PLATFORM');
    expect(await change('deployers', 'kars-system', { labels: { [enforce]: null } })).toBe(
      'KARS_NAMESPACE_WRITER',
    );
  });

  it('are not made under a name that the API server makes', async () => {
    const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { generateName: 'kars-' } };
    const answered = await floor.as('tenant').call('POST', '/api/v1/namespaces?dryRun=All', object);
    expect(refusalOf(answered)).toBe('KARS_NAMESPACE_WRITER');
  });

  it('leave alone what decides nothing', async () => {
    const metadata = { annotations: { 'example.com/cost-centre': '7' }, labels: { team: 'a' } };
    expect(await change('tenant', 'kars-writer', metadata)).toBe('allowed');
    expect(await change('tenant', 'kars-system', metadata)).toBe('allowed');
    expect(await change('tenant', 'kars-foreign', metadata)).toBe('allowed');
  });

  it('leave all others alone', async () => {
    expect(await answer('tenant', bare('apps-2', { team: 'a' }))).toBe('allowed');
  });

  describe('without the policies (negative control)', () => {
    beforeAll(() => floor.lift());

    it('are whatever anybody wants', async () => {
      expect(await answer('tenant', bare('kars-other'))).toBe('allowed');
      expect(await change('tenant', 'apps', { labels: { 'kars.azure.com/role': 'sandbox' } })).toBe(
        'allowed',
      );
      const annotations = { 'kars.azure.com/owner-namespace': 'others' };
      expect(await change('tenant', 'kars-writer', { annotations })).toBe('allowed');
    });
  });
});

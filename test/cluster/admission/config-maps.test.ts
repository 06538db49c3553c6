import { beforeAll, describe, expect, it } from 'vitest';
import type { ApplicableObject } from '../client.ts';
import { refusalOf, useFloor, type Who } from './use-floor.ts';

describe('the ConfigMaps of sandboxes and platform', () => {
  const floor = useFloor();
  const configMap = (
    name: string,
    namespace: string,
    labels: Readonly<Record<string, string>> = {},
  ): ApplicableObject => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace, ...{ labels } },
  });
  const document = configMap('kars-documents-set', 'kars-reader');
  const answer = async (who: Who, object: ApplicableObject): Promise<string> =>
    refusalOf(await floor.tries(who, object));

  beforeAll(async () => {
    await floor.namespace('reader');
    await floor.deploy([document]);
  });

  it('are written by deployers', async () => {
    expect(await answer('deployers', document)).toBe('allowed');
    expect(await answer('platformDeployers', configMap('kars-any', 'kars-system'))).toBe('allowed');
  });

  it.each(['tenant', 'operators', 'breakGlass', 'platformDeployers'] as const)(
    'are not written by %s',
    async (who) => {
      expect(await answer(who, document)).toBe('KARS_CONFIG_MAP_WRITER');
      const labelled = configMap('other', 'kars-reader', { 'kars.azure.com/sandbox': 'reader' });
      expect(await answer(who, labelled)).toBe('KARS_CONFIG_MAP_WRITER');
    },
  );

  it('are not deleted by others either', async () => {
    const path = '/api/v1/namespaces/kars-reader/configmaps/kars-documents-set?dryRun=All';
    expect(refusalOf(await floor.as('tenant').call('DELETE', path))).toBe('KARS_CONFIG_MAP_WRITER');
    expect(refusalOf(await floor.as('deployers').call('DELETE', path))).toBe('allowed');
  });

  it('are not written under a name that the API server makes', async () => {
    const path = '/api/v1/namespaces/kars-reader/configmaps?dryRun=All';
    const object = { ...document, metadata: { generateName: 'kars-hardening-0a1b2c3' } };
    expect(refusalOf(await floor.as('tenant').call('POST', path, object))).toBe(
      'KARS_CONFIG_MAP_WRITER',
    );
  });

  it('are not what others need', async () => {
    expect(await answer('tenant', configMap('ca-bundle', 'kars-reader'))).toBe('allowed');
    expect(await answer('tenant', configMap('kars-documents-set', 'default'))).toBe('allowed');
  });
});

import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { synthesized } from '../../support/pod.ts';
import type { ApplicableObject } from '../client.ts';
import { refusalOf, useFloor } from './use-floor.ts';

type Spec = NonNullable<NetworkPolicy['spec']>;

/** The policy that opens the metadata service, as constructs write it but for what is changed. */
function metadataPolicy(change: Partial<Spec> = {}): ApplicableObject {
  const found = structuredClone(synthesized().find('NetworkPolicy', 'allow-dns'));
  const { podSelector } = found['spec'] as Spec;
  const object = found as unknown as ApplicableObject;
  return {
    ...object,
    metadata: { ...object.metadata, name: 'allow-metadata' },
    spec: { podSelector, policyTypes: ['Egress'], egress: [rule()], ...change },
  } as ApplicableObject;
}

const rule = (cidr = '169.254.169.254/32', port = 80) => ({
  to: [{ ipBlock: { cidr } }],
  ports: [{ protocol: 'TCP', port }],
});

describe('a policy that opens the metadata service', () => {
  describe('where the platform does not allow it', () => {
    const floor = useFloor();
    beforeAll(() => floor.namespace('reader'));

    it('is refused by its name', async () => {
      expect(refusalOf(await floor.tries('deployers', metadataPolicy()))).toBe(
        'KARS_NETWORK_POLICY_NAME',
      );
    });
  });

  describe('where it does', () => {
    const floor = useFloor({ managedIdentity: true });
    beforeAll(() => floor.namespace('reader'));

    it('is taken as constructs write it', async () => {
      expect(refusalOf(await floor.tries('deployers', metadataPolicy()))).toBe('allowed');
    });

    it.each<[string, Partial<Spec>]>([
      ['another address', { egress: [rule('169.254.169.0/24')] }],
      ['the platform of Azure', { egress: [rule('168.63.129.16/32')] }],
      ['another port', { egress: [rule(undefined, 443)] }],
      ['every port', { egress: [{ to: rule().to }] }],
      ['every address', { egress: [{ ports: rule().ports }] }],
      ['every pod of the namespace', { podSelector: {} }],
    ])('is refused with %s', async (_what, change) => {
      expect(refusalOf(await floor.tries('deployers', metadataPolicy(change)))).toBe(
        'KARS_NETWORK_POLICY_SHAPE',
      );
    });

    it('is taken with anything without the policies (negative control)', async () => {
      await floor.lift();
      const all = metadataPolicy({ egress: [{}] });
      expect(refusalOf(await floor.tries('deployers', all))).toBe('allowed');
    });
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import type { AdmissionProps, ClusterNetwork } from 'kars-constructs';
import type { AdmissionCode } from 'kars-constructs/contract';
import type { Client } from '../client.ts';
import { podOfSandbox, type WholePod } from './pod.ts';
import { refusalOf, useFloor } from './use-floor.ts';

/**
 * One way in which a pod is not that of a sandbox, and the refusals that have to see it. Of several
 * policies that refuse, the API server names one, and not always the same.
 */
export type PodMutant = readonly [
  what: string,
  code: AdmissionCode | readonly AdmissionCode[],
  change: (pod: WholePod) => void,
];

/** What is mutated where it is not a plain sandbox on a plain platform. */
export interface MutatedPod {
  readonly admission?: Partial<AdmissionProps>;
  readonly podOf?: () => WholePod;
  /** @default the usual one */
  readonly network?: ClusterNetwork;
}

/** Tries each mutant with the policies, and then without them, when it has to be taken. */
export function describePodMutants(
  what: string,
  mutants: readonly PodMutant[],
  { admission = {}, podOf = podOfSandbox, network }: MutatedPod = {},
): void {
  describe(what, () => {
    const floor = useFloor(admission, undefined, [], network);
    const mutated = (change: (pod: WholePod) => void): WholePod => {
      const pod = podOf();
      change(pod);
      return pod;
    };

    beforeAll(async () => {
      await floor.namespace('reader');
      await runtimeClasses(floor.cluster.admin);
    });

    it('is taken as it is', async () => {
      expect(refusalOf(await floor.tries('deployers', podOf()))).toBe('allowed');
    });

    it.each(mutants)('is refused when it %s', async (_what, code, change) => {
      expect([code].flat()).toContain(refusalOf(await floor.tries('deployers', mutated(change))));
    });

    describe('without the policies (negative control)', () => {
      beforeAll(() => floor.lift());

      it.each(mutants)('is taken when it %s', async (_what, _code, change) => {
        expect(refusalOf(await floor.tries('deployers', mutated(change)))).toBe('allowed');
      });
    });
  });
}

/** The API server takes no pod whose RuntimeClass it does not know. */
export async function runtimeClasses(admin: Client): Promise<void> {
  for (const name of ['kata-vm-isolation', 'other']) {
    const object = { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name } };
    const { message } = await admin.apply({ ...object, ...{ handler: 'runc' } });
    expect(message).toBe('');
  }
}

import type { Pod } from 'kubernetes-types/core/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { newSigner, signedBy, signedEgress } from '../../support/signing.ts';
import type { ApplicableObject } from '../client.ts';
import { applyAll, isReady } from '../node/pods.ts';
import { useNode } from '../node/use-node.ts';
import { answersOf } from './approval.ts';
import { ASKED, sandboxWith, unsigned, writeDocuments } from './signed.ts';

const DENIED = 'KARS_EGRESS_NOT_ALLOWED';

/** The host is allowed, and no resolver of this machine knows it. */
const ALLOWED = 'KARS_EGRESS_RESOLVE_FAILED';

const [author, stranger] = [newSigner(), newSigner()];

describe('a sandbox whose allow-list is signed', () => {
  const node = useNode();
  let pod: Pod = {};

  const signed = (generation: number, host: string, by = author): readonly ApplicableObject[] => {
    const allowlist = { entries: [{ host, port: 443 }] };
    const payload = signedBy(by, { generation, allowlist });
    return sandboxWith(node, { signedEgress: signedEgress(by, payload) });
  };
  const lastAnswer = async (): Promise<string | undefined> => (await answersOf(node, pod)).at(-1);
  const refused = (code: string, of = pod) =>
    expect
      .poll(() => node.logs(of, 'egress-proxy'), { timeout: 60_000, interval: 300 })
      .toContain(code);
  const takesNot = async (code: string, objects: readonly ApplicableObject[]): Promise<void> => {
    await writeDocuments(node, pod, objects);
    await refused(code);
    expect(await lastAnswer()).toBe(DENIED);
  };

  beforeAll(() => applyAll(node.admin, [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } }])); // prettier-ignore

  it('enforces what was signed', async () => {
    await node.apply(signed(2, 'other.example.com'));
    pod = await node.pod('kars-reader', isReady);
    await expect.poll(lastAnswer, { timeout: 30_000 }).toBe(DENIED);
  });

  it('takes nothing else from whoever may write ConfigMaps', async () => {
    await takesNot('KARS_ALLOWLIST_UNSIGNED', unsigned(node));
    await takesNot('KARS_ALLOWLIST_SIGNATURE', signed(3, ASKED, stranger));
    await takesNot('KARS_ALLOWLIST_GENERATION', signed(1, ASKED));
  });

  it('takes the next generation without a restart', async () => {
    await writeDocuments(node, pod, signed(3, ASKED));
    await expect.poll(lastAnswer, { timeout: 60_000 }).toBe(ALLOWED);
  });

  it('does not start with an earlier generation, in a pod that is new', async () => {
    await writeDocuments(node, pod, signed(2, 'other.example.com'));
    const { name = '' } = pod.metadata ?? {};
    await node.admin.call(
      'DELETE',
      `/api/v1/namespaces/kars-reader/pods/${name}?gracePeriodSeconds=1`,
    );
    const next = await node.pod(
      'kars-reader',
      ({ metadata, status }) =>
        metadata?.name !== name &&
        (status?.initContainerStatuses ?? []).some(
          (container) =>
            container.name === 'egress-proxy' && container.state?.running !== undefined,
        ),
    );
    await refused('KARS_ALLOWLIST_GENERATION', next);
    expect(isReady(next)).toBe(false);
  });

  it('is opened by any list where its proxy asks for no signature (negative control)', async () => {
    await node.apply(unsigned(node));
    pod = await node.pod('kars-reader', isReady, 120);
    await expect.poll(lastAnswer, { timeout: 60_000 }).toBe(ALLOWED);
  });
});

import { beforeAll, describe, expect, it } from 'vitest';
import { KarsImages } from 'kars-constructs';
import type { Client } from '../client.ts';
import { containerOf, podOfSandbox } from './pod.ts';
import { refusalOf, useFloor, type Who } from './use-floor.ts';

const POD = '/api/v1/namespaces/kars-reader/pods/reader-1';

describe('a pod of a sandbox that is there', () => {
  const floor = useFloor();
  const patch = async (client: Client, body: object, subresource = ''): Promise<string> =>
    refusalOf(
      await client.call(
        'PATCH',
        `${POD}${subresource}?dryRun=All`,
        body,
        'application/strategic-merge-patch+json',
      ),
    );
  const annotate = (who: Who, key: string): Promise<string> =>
    patch(floor.as(who), { metadata: { annotations: { [key]: 'now' } } });

  beforeAll(async () => {
    await floor.namespace('reader');
    await floor.deploy([podOfSandbox()]);
  });

  it.each(['tenant', 'operators', 'breakGlass', 'deployers', 'controller'] as const)(
    'keeps its image, whatever %s wants',
    async (who) => {
      const image = { containers: [{ name: 'agent', image: 'registry.example.com/other:1' }] };
      expect(await patch(floor.as(who), { spec: image })).toBe('KARS_POD_CHANGED');
    },
  );

  it('keeps its labels', async () => {
    const labels = { 'kars.azure.com/component': null };
    expect(await patch(floor.as('operators'), { metadata: { labels } })).toBe('KARS_POD_CHANGED');
  });

  it('has its volumes looked at again by operators', async () => {
    expect(await annotate('operators', 'kars.azure.com/refresh')).toBe('allowed');
    expect(await annotate('operators', 'kubectl.kubernetes.io/restartedAt')).toBe(
      'KARS_POD_ANNOTATED',
    );
  });

  it.each(['tenant', 'breakGlass', 'deployers'] as const)('is not annotated by %s', async (who) => {
    expect(await annotate(who, 'kars.azure.com/refresh')).toBe('KARS_POD_ANNOTATED');
  });

  it('is not disowned by operators', async () => {
    const metadata = { finalizers: ['example.com/hold'] };
    expect(await patch(floor.as('operators'), { metadata })).toBe('KARS_POD_ANNOTATED');
  });

  it('is adopted by the controllers of the cluster', async () => {
    const metadata = { finalizers: ['batch.kubernetes.io/job-tracking'] };
    expect(await patch(floor.as('controller'), { metadata })).toBe('allowed');
  });

  describe('resized', () => {
    const resize = (who: Who, name: string, cpu: string): Promise<string> => {
      const resources = { requests: { cpu: '100m' }, limits: { cpu } };
      const list = name === 'agent' ? 'containers' : 'initContainers';
      return patch(floor.as(who), { spec: { [list]: [{ name, resources }] } }, '/resize');
    };

    it('has less', async () => {
      expect(await resize('deployers', 'agent', '1')).toBe('allowed');
    });

    it('has no more', async () => {
      expect(await resize('deployers', 'agent', '3')).toBe('KARS_POD_RESIZED');
    });

    it('keeps the sidecars', async () => {
      expect(await resize('deployers', 'router', '100m')).toBe('KARS_POD_RESIZED');
    });

    it.each(['tenant', 'operators', 'breakGlass'] as const)('is not by %s', async (who) => {
      expect(await resize(who, 'agent', '1')).toBe('KARS_POD_RESIZED');
    });
  });
});

describe('a router under a ceiling of tokens', () => {
  const floor = useFloor({ maxTokensPerRequest: 1000 });
  beforeAll(() => floor.namespace('reader'));
  const answer = async (...more: readonly string[]): Promise<string> => {
    const pod = podOfSandbox();
    containerOf(pod, 'router').args?.push(...more);
    return refusalOf(await floor.tries('deployers', pod));
  };

  it.each([['--token-ceiling=1000'], ['--token-ceiling=1']])('runs with %s', async (argument) => {
    expect(await answer(argument)).toBe('allowed');
  });

  it.each([
    ['a higher one', ['--token-ceiling=1001']],
    ['none', []],
    ['two', ['--token-ceiling=1', '--token-ceiling=5000']],
    ['one for the proxy', ['--token-ceiling=1', '--resolve=a:1=b:2']],
  ])('does not run with %s', async (_what, more) => {
    expect(await answer(...more)).toBe('KARS_ROUTER_SHAPE');
  });
});

describe('sandboxes of two releases', () => {
  const digests = (digit: string) => {
    const digest = `sha256:${digit.repeat(64)}`;
    return { guard: digest, router: digest, 'egress-proxy': digest };
  };
  const release = (digit: string): KarsImages =>
    KarsImages.of({ registry: 'registry.example.com/kars', digests: digests(digit) });
  const [older, newer, oldest] = ['1', '2', '0'].map(release) as [
    KarsImages,
    KarsImages,
    KarsImages,
  ];

  describe('on the platform of the newer one', () => {
    const floor = useFloor({ previousImages: older }, newer);
    beforeAll(() => floor.namespace('reader'));

    it('run', async () => {
      for (const images of [older, newer]) {
        expect(refusalOf(await floor.tries('deployers', podOfSandbox({}, images)))).toBe('allowed');
      }
    });

    it('do not run with the images of a third', async () => {
      expect(refusalOf(await floor.tries('deployers', podOfSandbox({}, oldest)))).toMatch(
        /^KARS_(GUARD|SIDECAR)_IMAGE$/,
      );
      const mixed = podOfSandbox({}, newer);
      containerOf(mixed, 'router').image = oldest.image('router');
      expect(refusalOf(await floor.tries('deployers', mixed))).toBe('KARS_SIDECAR_IMAGE');
    });
  });

  describe('on the platform of the older one', () => {
    const floor = useFloor({ previousImages: newer }, older);
    beforeAll(() => floor.namespace('reader'));

    it('run once it has been told of the next images', async () => {
      expect(refusalOf(await floor.tries('deployers', podOfSandbox({}, newer)))).toBe('allowed');
    });
  });
});

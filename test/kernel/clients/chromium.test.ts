import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { casesOf, tryCase } from './cases.ts';
import { allowlist, ClientPod } from './client-pod.ts';
import { chromium } from './table/chromium.ts';

describe('Chromium in a pod', () => {
  let pod: ClientPod;
  afterAll(() => pod.close());

  describe('where encrypted ClientHellos are refused', () => {
    beforeAll(async () => {
      pod = await ClientPod.open();
      await pod.pod.enforce('nft', allowlist);
    });

    it.each(['explicit', 'transparent'] as const)(
      'says that its name is not recognized, %s',
      async (way) => {
        const { code, output } = await pod.run(chromium, way, 'site.example');
        expect(output).toContain('net::ERR_SSL_UNRECOGNIZED_NAME_ALERT');
        expect(code).not.toBe(0);
      },
    );
  });

  describe('where the outer name of a ClientHello decides', () => {
    beforeAll(async () => {
      await pod.pod.killProxy();
      await pod.pod.allow({ ...allowlist, encryptedHello: 'outer' });
      await pod.pod.startProxy();
    });

    it.concurrent.each(casesOf(chromium))('$name', (one) => tryCase(pod, chromium, one));
  });
});

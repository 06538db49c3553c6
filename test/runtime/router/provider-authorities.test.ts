import { mkdirSync } from 'node:fs';
import { createServer } from 'node:https';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compileInferencePolicy } from 'kars-constructs/contract';
import { ProviderAddresses } from '../../../runtime/router/provider-addresses.ts';
import { Upstream } from '../../../runtime/router/upstream.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { certificateOf, type KeyPair } from '../../support/certificate.ts';
import { portOf } from '../../support/servers.ts';

const HOST = 'models.example.com';

/** What comes of a call to a provider with this certificate, verified with these authorities. */
async function call(shown: KeyPair, certificateAuthorities?: string): Promise<number | string> {
  const server = createServer(shown, (_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const credentials = join(temporaryDirectory(), 'credentials');
  mkdirSync(credentials);
  const addresses = new ProviderAddresses();
  Object.assign(addresses, {
    lookupIn:
      () => (_host: string, _options: object, done: (error: null, found: object[]) => void) =>
        done(null, [{ address: '127.0.0.1', family: 4 }]),
  });
  const upstream = new Upstream({ credentials, endpoints: new Map(), addresses });
  onTestFinished(async () => {
    await upstream.close();
    server.close();
  });
  const provider = {
    name: 'local',
    endpoint: `https://${HOST}:${portOf(server)}/v1`,
    credential: 'none' as const,
    ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
  };
  const request = { provider, path: '/chat/completions', body: {} };
  const answer = await upstream.send(request, AbortSignal.timeout(5000));
  if ('denial' in answer) return answer.denial.code;
  await answer.body.dump();
  return answer.status;
}

describe('a provider with an authority of its own', () => {
  it('is called when the policy names the authority', async () => {
    const own = certificateOf(HOST);
    expect(await call(own, own.cert)).toBe(200);
    expect(await call(own, `${certificateOf(HOST).cert}${own.cert}`)).toBe(200);
  });

  it('is not called by the well-known authorities, or by another one', async () => {
    const own = certificateOf(HOST);
    expect(await call(own)).toBe('KARS_UPSTREAM_UNREACHABLE');
    expect(await call(own, certificateOf(HOST).cert)).toBe('KARS_UPSTREAM_UNREACHABLE');
  });
});

describe('authorities in a policy', () => {
  const compiled = (certificateAuthorities: string) =>
    compileInferencePolicy({
      appliesTo: { sandboxMatchLabels: {} },
      modelPreference: { primary: { provider: 'local', deployment: 'small' }, fallback: [] },
      providers: [{ name: 'local', endpoint: `https://${HOST}/v1`, certificateAuthorities }],
    });

  it('come to the router', () => {
    const { cert } = certificateOf(HOST);
    const result = compiled(cert);
    expect(result.ok && result.value.providers[0]?.certificateAuthorities).toBe(cert);
  });

  it.each(['', 'none', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'])(
    'are refused when they are none: %j',
    (text) => {
      expect(JSON.stringify(compiled(text))).toContain('KARS_PROVIDER_AUTHORITY');
    },
  );
});

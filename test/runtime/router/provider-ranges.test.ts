import { compileInferencePolicy } from 'kars-constructs/contract';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ForbiddenAddress, ProviderAddresses } from '../../../runtime/router/provider-addresses.ts';
import { Upstream } from '../../../runtime/router/upstream.ts';

const HOST = 'models.internal.example';

/** The addresses of a name that a socket would get. */
function addressesOf(...found: readonly string[]) {
  const resolve = () =>
    Promise.resolve(
      found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }) as const),
    );
  return new ProviderAddresses({ resolver: { resolve }, interfaces: () => ({}) });
}

const lookUp = (addresses: ProviderAddresses, ranges: readonly string[]): Promise<unknown> =>
  new Promise((resolve) => {
    addresses.lookupIn(ranges)(HOST, { all: true }, (error, list) => resolve(error ?? list));
  });

const compiled = (ranges: readonly string[]) =>
  compileInferencePolicy({
    appliesTo: { sandboxMatchLabels: {} },
    modelPreference: { primary: { provider: 'local', deployment: 'small' }, fallback: [] },
    providers: [{ name: 'local', endpoint: `https://${HOST}/v1`, ranges: [...ranges] }],
  });

describe('a provider in ranges', () => {
  it.each([
    ['a public address', ['203.0.114.9']],
    ['an address of another range', ['10.21.0.1']],
    ['one of them and one outside', ['10.20.0.1', '10.21.0.1']],
    ['an address of the other family', ['fd12::1']],
    ['the metadata service', ['169.254.169.254']],
  ])('is not called at %s', async (_what, found) => {
    expect(await lookUp(addressesOf(...found), ['10.20.0.0/16'])).toBeInstanceOf(ForbiddenAddress);
  });

  it('is called at the others', async () => {
    const found = addressesOf('10.20.0.1', 'fd12::1');
    expect(await lookUp(found, ['10.20.0.0/16', 'fd12::/64'])).toEqual([
      { address: '10.20.0.1', family: 4 },
      { address: 'fd12::1', family: 6 },
    ]);
  });

  it('is not called by an address outside, which is in no name', async () => {
    const upstream = new Upstream({ credentials: '/nowhere', endpoints: new Map() });
    onTestFinished(() => upstream.close());
    const provider = {
      name: 'local',
      endpoint: 'http://10.21.0.1/v1',
      credential: 'none' as const,
      ranges: ['10.20.0.0/16'],
    };
    const request = { provider, path: '/chat/completions', body: {} };
    expect(await upstream.send(request, AbortSignal.timeout(5000))).toMatchObject({
      denial: { code: 'KARS_UPSTREAM_ADDRESS_FORBIDDEN' },
    });
  });

  it.each(['10.20.0.1', '10.20.0.1/16', '0.0.0.0/0', '169.254.0.0/16', '127.0.0.0/8', 'x'])(
    'is refused with the range %s',
    (range) => {
      expect(compiled(['10.20.0.0/16', range])).toMatchObject({
        ok: false,
        problems: [{ code: 'KARS_PROVIDER_RANGE', path: 'spec.providers[0].ranges[1]' }],
      });
    },
  );

  it('come to the router', () => {
    expect(compiled(['10.20.0.0/16'])).toMatchObject({
      ok: true,
      value: { providers: [{ ranges: ['10.20.0.0/16'] }] },
    });
  });
});

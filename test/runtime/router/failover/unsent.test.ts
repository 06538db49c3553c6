import { createServer, connect, type AddressInfo, type LookupFunction } from 'node:net';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { isUnsent } from '../../../../runtime/router/failover/unsent.ts';

/** A port at which nothing listens any more. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The error of a socket that finds a name with these addresses. */
async function errorAt(...addresses: [address: string, family: number][]): Promise<unknown> {
  const lookup: LookupFunction = (_name, _options, callback) =>
    callback(
      null,
      addresses.map(([address, family]) => ({ address, family })),
    );
  const socket = connect({ host: 'x.example', port: await freePort(), lookup });
  const [error] = (await once(socket, 'error').catch((error: unknown) => [error])) as [unknown];
  return error;
}

const fault = (code: string, syscall?: string): Error =>
  Object.assign(new Error(code), { code, syscall });

describe('a request is unsent', () => {
  it('where no connection was made, to one address or to each of several', async () => {
    expect(isUnsent(await errorAt(['127.0.0.1', 4]))).toBe(true);
    const both = await errorAt(['127.0.0.1', 4], ['::1', 6]);
    expect(both).toBeInstanceOf(AggregateError);
    expect(isUnsent(both)).toBe(true);
  });

  it.each(['ENOTFOUND', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT'])('by %s', (code) => {
    expect(isUnsent(fault(code))).toBe(true);
  });

  it.each(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ETIMEDOUT'])(
    'by %s of a connection that is made, and not of one that is there',
    (code) => {
      expect(isUnsent(fault(code, 'connect'))).toBe(true);
      for (const syscall of ['read', 'write', undefined])
        expect(isUnsent(fault(code, syscall))).toBe(false);
    },
  );

  it('by nothing else', () => {
    const mixed = [fault('ECONNREFUSED', 'connect'), fault('ECONNREFUSED', 'read')];
    for (const error of [fault('ECONNRESET'), new AggregateError([]), new AggregateError(mixed)])
      expect(isUnsent(error)).toBe(false);
    expect(isUnsent('ENOTFOUND')).toBe(false);
  });
});

import { createSecureContext, TLSSocket } from 'node:tls';
import { Duplex } from 'node:stream';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import {
  readClientHello,
  type ClientHello,
} from '../../../../runtime/egress-proxy/tls/client-hello.ts';
import { record } from './hellos.ts';

/** Tests that a captured ClientHello is read as what it is, whatever pieces it comes in. */
export function itIsRead(capture: () => Promise<Buffer>, hello: ClientHello): void {
  let bytes: Buffer;
  beforeAll(async () => {
    bytes = await capture();
  });

  it('is read with its name', () => {
    expect(readClientHello(bytes)).toEqual({ kind: 'hello', hello });
  });

  it('is not taken for whole before its last byte', () => {
    for (let size = 0; size < bytes.length; size += 1) {
      expect(readClientHello(bytes.subarray(0, size))).toEqual({ kind: 'more' });
    }
  });

  it('is read over any cut into two records', () => {
    const message = bytes.subarray(5);
    for (let at = 1; at < 64; at += 1) {
      const cut = Buffer.concat([record(message.subarray(0, at)), record(message.subarray(at))]);
      expect(readClientHello(cut)).toEqual({ kind: 'hello', hello });
    }
  });

  it('is read when more follows in a record of its own', () => {
    const early = Buffer.concat([bytes, Buffer.from([20, 3, 3, 0, 1, 1])]);
    expect(readClientHello(early)).toMatchObject({ kind: 'hello' });
  });
}

/** Tests on changed copies of a captured ClientHello that a server never reads another name from it. */
export function itAgreesWithServers(
  capture: () => Promise<Buffer>,
  name: string,
  numRuns: number,
): void {
  it('never says another name than the one that a server of OpenSSL sees', async () => {
    const original = await capture();
    expect(await nameSeenByServer(original)).toBe(name);
    const positions = fc.integer({ min: 0, max: original.length - 1 });
    const change = fc.tuple(positions, fc.integer({ min: 0, max: 255 }));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(original);
        for (const [at, byte] of changes) bytes[at] = byte;
        const reading = readClientHello(bytes);
        if (reading.kind !== 'hello') return;
        const seen = await nameSeenByServer(bytes);
        // OpenSSL may refuse for other reasons; whatever it accepts it has to read in the same way.
        if (seen !== undefined) expect(seen).toBe(reading.hello.serverName ?? '');
      }),
      { numRuns },
    );
  });
}

/** The name that the TLS server of Node.js is asked for, '' for none, undefined when it never gets that far. */
async function nameSeenByServer(bytes: Buffer): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>();
  const wire = new Duplex({
    read: () => undefined,
    write: (_chunk, _encoding, done) => {
      // The first answer comes when the hello is read, be it an alert.
      setImmediate(() => resolve(undefined));
      done();
    },
  });
  const server = new TLSSocket(wire, {
    isServer: true,
    secureContext: createSecureContext(),
    SNICallback: (name, done) => {
      resolve(name);
      done(new Error('seen'));
    },
  });
  server.on('error', () => resolve(undefined));
  wire.push(bytes);
  wire.push(null);
  const timer = setTimeout(() => resolve(undefined), 200);
  const seen = await promise;
  clearTimeout(timer);
  server.destroy();
  wire.destroy();
  return seen;
}

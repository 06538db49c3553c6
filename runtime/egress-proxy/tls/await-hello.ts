import type { Duplex } from 'node:stream';
import { readClientHello, type HelloReading } from './client-hello.ts';

/** The ClientHello of a connection, or why there is none, and every byte that was read for it. */
export interface ArrivedHello {
  readonly reading: Exclude<HelloReading, { readonly kind: 'more' }>;
  readonly bytes: Buffer;
}

/**
 * Waits for the ClientHello of a connection, over any segmentation.
 *
 * @param head what has been read of the connection before
 * @param milliseconds how long it may take to arrive
 */
export async function awaitClientHello(
  client: Duplex,
  head: Buffer,
  milliseconds: number,
): Promise<ArrivedHello> {
  const { promise, resolve } = Promise.withResolvers<ArrivedHello['reading']>();
  let bytes = head;
  const look = (): void => {
    const chunk = client.read() as Buffer | null;
    if (chunk !== null) bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length === 0) return;
    const reading = readClientHello(bytes);
    if (reading.kind !== 'more') resolve(reading);
  };
  const giveUp = (reason: string) => (): void => resolve({ kind: 'invalid', reason });
  const onEnd = giveUp('the connection ended before its ClientHello');
  const timer = setTimeout(giveUp(`no ClientHello came within ${milliseconds} ms`), milliseconds);
  client.on('readable', look);
  client.once('end', onEnd);
  client.once('close', onEnd);
  look();
  try {
    return { reading: await promise, bytes };
  } finally {
    clearTimeout(timer);
    client.off('readable', look);
    client.off('end', onEnd);
    client.off('close', onEnd);
  }
}

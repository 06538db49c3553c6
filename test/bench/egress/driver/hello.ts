import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';

/** The ClientHello that this Node.js sends to a name. */
export async function helloFor(servername: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  const wire = new Duplex({
    read: () => undefined,
    write: (chunk: Buffer, _encoding, done) => {
      parts.push(chunk);
      wire.emit('sent');
      done();
    },
  });
  const sent = once(wire, 'sent');
  const client = connect({ socket: wire, servername });
  client.on('error', () => undefined);
  await sent;
  client.destroy();
  return Buffer.concat(parts);
}

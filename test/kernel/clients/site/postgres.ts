import type { Socket } from 'node:net';

const LENGTH_BYTES = 4;

/** Answers of a server that lets everybody in and answers every query with one row. */
const LET_IN = Buffer.concat([message('R', Buffer.alloc(4)), message('Z', Buffer.from('I'))]);
const ANSWER = Buffer.concat([
  message('T', Buffer.concat([int16(1), text('said'), column()])),
  message('D', Buffer.concat([int16(1), int32(15), Buffer.from('a row of a site')])),
  message('C', text('SELECT 1')),
  message('Z', Buffer.from('I')),
]);

const CODE_OF_TLS = 80_877_103;
const CODE_OF_GSS = 80_877_104;

/**
 * Speaks as much of the protocol of PostgreSQL as one query takes, without TLS.
 *
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function servePostgres(socket: Socket): void {
  let received = Buffer.alloc(0);
  let isIn = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    received = Buffer.concat([received, chunk]);
    for (;;) {
      // Only the messages of somebody who is not in yet have no type.
      const typeBytes = isIn ? 1 : 0;
      if (received.length < typeBytes + LENGTH_BYTES) return;
      const end = typeBytes + received.readUInt32BE(typeBytes);
      if (received.length < end) return;
      const whole = received.subarray(0, end);
      received = received.subarray(end);
      const code = isIn ? 0 : whole.readUInt32BE(LENGTH_BYTES);
      if (code === CODE_OF_TLS || code === CODE_OF_GSS) socket.write('N');
      else if (!isIn) {
        isIn = true;
        socket.write(LET_IN);
      } else if (whole[0] === 'Q'.charCodeAt(0)) socket.write(ANSWER);
      else socket.end();
    }
  });
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + LENGTH_BYTES), body]);
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.from(`${value}\0`);
}

/** Of no table, and of the type `text`. */
function column(): Buffer {
  return Buffer.concat([int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)]);
}

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { RelayedSocket } from '../../../runtime/egress-proxy/relayed-socket.ts';
import { splice } from '../../../runtime/egress-proxy/splice.ts';
import { portOf } from '../../support/servers.ts';

/** A host that serves each connection so. */
async function hostOf(serve: (socket: Socket) => void): Promise<number> {
  const server = createServer({ allowHalfOpen: true }, serve);
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return portOf(server);
}

async function relayTo(port: number, meter?: (bytes: number) => Error | undefined) {
  const socket = new RelayedSocket(meter, { allowHalfOpen: true });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  socket.connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

/** Takes what it gets, and waits before it takes more. */
class SlowReader extends Writable {
  readonly #digest = createHash('sha256');
  bytes = 0;

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    setTimeout(() => {
      // Not before: a buffer that somebody else has taken meanwhile shows here.
      this.#digest.update(chunk);
      this.bytes += chunk.length;
      done();
    }, 1);
  }

  get digest(): string {
    return this.#digest.digest('hex');
  }
}

const digestOf = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

it('carries what many hosts send at once to slow readers, each its own', async () => {
  const sizes = [1, 4000, 8192, 70_000, 300_000, 1_000_000, 3_000_000, 3_000_000];
  const contents = sizes.map((size, index) => Buffer.alloc(size, `content ${index} of ${size}`));
  const digests = await Promise.all(
    contents.map(async (content) => {
      const port = await hostOf((socket) => void Readable.from([content]).pipe(socket));
      const reader = new SlowReader();
      (await relayTo(port)).pipe(reader);
      await once(reader, 'finish');
      return reader.digest;
    }),
  );
  expect(digests).toEqual(contents.map(digestOf));
});

it('reads no more than its reader takes', async () => {
  let sent = 0;
  const port = await hostOf((socket) => {
    const send = (): void => {
      while (!socket.destroyed && socket.write(Buffer.alloc(65_536))) sent += 65_536;
    };
    socket.on('drain', send).on('error', () => undefined);
    send();
  });
  const socket = await relayTo(port);
  socket.pipe(new Writable({ write: () => undefined }));
  let before;
  do {
    before = sent;
    await sleep(200);
  } while (before !== sent);
  expect(socket.bytesRead).toBeLessThanOrEqual(2 * 65_536);
});

it('keeps what a host says before anybody listens, and reads no more of it', async () => {
  const port = await hostOf((socket) => {
    socket.write('greeting');
    setTimeout(() => {
      socket.end(Buffer.alloc(500_000));
    }, 50);
  });
  const socket = await relayTo(port);
  await sleep(150);
  expect(socket.bytesRead).toBe('greeting'.length);
  const reader = new SlowReader();
  socket.pipe(reader);
  await once(reader, 'finish');
  expect(reader.bytes).toBe('greeting'.length + 500_000);
});

it('goes on in one direction when the other has ended, and is closed when both have', async () => {
  const port = await hostOf((socket) => {
    socket.write('first');
    socket.on('end', () => {
      socket.end('last');
    });
    socket.resume();
  });
  const clients = await hostOf((client) => {
    void relayTo(port).then((host) => splice(client, host));
  });
  const client = connect(clients, '127.0.0.1');
  let text = '';
  client.on('data', (chunk) => (text += String(chunk)));
  await once(client, 'data');
  client.end();
  await once(client, 'close');
  expect(text).toBe('firstlast');
});

it.each(['client', 'host'] as const)(
  'takes the other connection along when that to the %s breaks',
  async (broken) => {
    const port = await hostOf((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', () => {
        if (broken === 'host') socket.resetAndDestroy();
        else socket.write('answer');
      });
    });
    const both = Promise.withResolvers<readonly Socket[]>();
    const clients = await hostOf((client) => {
      void relayTo(port).then(async (host) => {
        await splice(client, host);
        both.resolve([client, host]);
      });
    });
    const program = connect(clients, '127.0.0.1', () => program.write('question'));
    program.on('error', () => undefined);
    program.on('data', () => program.resetAndDestroy());
    expect((await both.promise).map(({ destroyed }) => destroyed)).toEqual([true, true]);
  },
);

/** Everything that is piped into it. */
class Reader extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

it.each([
  ['to the host', 8 + 8 + 2, 'question'],
  ['from the host', 8 + 7, ''],
])('carries nothing beyond its meter %s', async (_direction, most, answer) => {
  const port = await hostOf((socket) => void socket.on('error', () => undefined).pipe(socket));
  let left = most;
  const socket = await relayTo(port, (bytes) => {
    left -= bytes;
    return left < 0 ? new Error('used up') : undefined;
  });
  const reader = new Reader();
  socket.pipe(reader);
  socket.write('question');
  if (answer !== '') {
    await expect.poll(() => reader.text).toBe(answer);
    socket.write('more');
  }
  await expect.poll(() => socket.closed).toBe(true);
  expect([reader.text, socket.errored?.message]).toEqual([answer, 'used up']);
});

import { createServer, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { limits } from '../../../runtime/router/limits.ts';
import { completion, streamText } from '../../support/openai-provider.ts';
import { portOf } from '../../support/servers.ts';
import { openSidecar } from '../../support/sidecar.ts';
import { codeOf, hello, policies, startRouterOn, type TestRouter } from './support.ts';

const whole = { ...hello, model: 'small' };
const streamed = { ...whole, stream: true };

const answer = JSON.stringify(completion());

const head = (...fields: readonly string[]): string =>
  `HTTP/1.1 200 OK\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;

const json = 'content-type: application/json';
const events = 'content-type: text/event-stream';
const lengthOf = (bytes: string | Buffer): string => `content-length: ${bytes.length}`;

/** A router whose provider says what a test says, byte for byte, to each request. */
async function startBeside(say: (socket: Socket) => void): Promise<TestRouter> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    // The requests of these tests come in one piece.
    socket.on('data', () => say(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const sidecar = await openSidecar('router', policies);
  const bounds = { ...limits, idleMilliseconds: 500 };
  return startRouterOn(sidecar, `http://127.0.0.1:${portOf(server)}/v1`, true, bounds);
}

/** How the last call of a router has ended, once that is recorded. */
const endOf = ({ sidecar }: TestRouter): Promise<unknown> =>
  expect
    .poll(async () => (await sidecar.audited()).at(-1)?.surface)
    .toBe('chat-usage')
    .then(async () => (await sidecar.audited()).at(-1)?.reason);

describe('an answer', () => {
  const page = '<html><body>Please sign in</body></html>';
  const packed = gzipSync(answer);

  it.each<[string, number, string, (socket: Socket) => void]>([
    [
      'that is a page',
      502,
      'KARS_UPSTREAM_INVALID',
      (socket) => socket.write(head('content-type: text/html', lengthOf(page)) + page),
    ],
    [
      'that is compressed although nobody asked for that',
      502,
      'KARS_UPSTREAM_INVALID',
      (socket) => {
        socket.write(head(json, 'content-encoding: gzip', lengthOf(packed)));
        socket.write(packed);
      },
    ],
    [
      'that is longer than its length',
      502,
      'KARS_UPSTREAM_INVALID',
      (socket) => socket.write(head(json, `content-length: ${answer.length - 1}`) + answer),
    ],
    [
      'that is shorter than its length, on a connection that ends',
      502,
      'KARS_UPSTREAM_INTERRUPTED',
      (socket) => socket.end(head(json, `content-length: ${answer.length + 1}`) + answer),
    ],
    [
      'that is shorter than its length, on a connection that stays',
      504,
      'KARS_UPSTREAM_TIMEOUT',
      (socket) => socket.write(head(json, `content-length: ${answer.length + 1}`) + answer),
    ],
    [
      'with two lengths',
      502,
      'KARS_UPSTREAM_UNREACHABLE',
      (socket) => socket.write(head(json, lengthOf(answer), 'content-length: 1') + answer),
    ],
    [
      'whose chunks are none',
      502,
      'KARS_UPSTREAM_INTERRUPTED',
      (socket) => socket.write(`${head(json, 'transfer-encoding: chunked')}xyz\r\n${answer}`),
    ],
    [
      'with headers without end',
      502,
      'KARS_UPSTREAM_UNREACHABLE',
      (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(100_000)}`),
    ],
    [
      'of another protocol',
      502,
      'KARS_UPSTREAM_UNREACHABLE',
      (socket) => socket.write('SSH-2.0-OpenSSH_9.2\r\n'),
    ],
    ['that is reset', 502, 'KARS_UPSTREAM_UNREACHABLE', (socket) => socket.resetAndDestroy()],
  ])('%s gives %i and %s', async (_what, status, code, say) => {
    const router = await startBeside(say);
    const response = await router.post(whole);
    expect([response.status, await codeOf(response)]).toEqual([status, code]);
    expect(await endOf(router)).not.toBe('');
  });

  it('that says more than it has is not the answer to the next call', async () => {
    let asked = 0;
    const forged = JSON.stringify(completion('forged'));
    const router = await startBeside((socket) => {
      asked += 1;
      const more = asked === 1 ? head(json, lengthOf(forged)) + forged : '';
      socket.write(head(json, lengthOf(answer)) + answer + more);
    });
    for (let call = 0; call < 3; call += 1) {
      expect(await (await router.post(whole)).text()).toBe(answer);
    }
  });

  it('in bytes that are no UTF-8 is read as a browser reads it', async () => {
    const [before = '', behind = ''] = answer.split('hello');
    const bytes = Buffer.concat([before, Buffer.from([0x68, 0xff, 0xc3]), behind].map((part) => Buffer.from(part as string))); // prettier-ignore
    const router = await startBeside((socket) => {
      socket.write(head(json, lengthOf(bytes)));
      socket.write(bytes);
    });
    const response = await router.post(whole);
    expect(await response.text()).toContain('"h\uFFFD\uFFFD"');
  });

  it('that comes byte by byte passes', async () => {
    const router = await startBeside((socket) => drip(socket, head(json, lengthOf(answer)) + answer)); // prettier-ignore
    expect(await (await router.post(whole)).text()).toBe(answer);
  });
});

describe('a stream', () => {
  const text = streamText(['hello ', 'world']);
  const [begun = ''] = text.split('data: [DONE]');

  it.each<[string, string, (socket: Socket) => void]>([
    ['that falls silent', 'KARS_UPSTREAM_TIMEOUT', (socket) => socket.write(head(events) + begun)],
    [
      'that is reset',
      'KARS_UPSTREAM_INTERRUPTED',
      (socket) => socket.write(head(events) + begun, () => socket.resetAndDestroy()),
    ],
    [
      'that is compressed',
      'KARS_UPSTREAM_INTERRUPTED',
      (socket) => {
        socket.write(head(events, 'content-encoding: gzip'));
        socket.end(gzipSync(text));
      },
    ],
    [
      'with an event over the limit',
      'KARS_UPSTREAM_INVALID',
      (socket) => socket.write(`${head(events)}data: ${'x'.repeat(limits.eventBytes + 1)}`),
    ],
  ])('%s ends with %s', async (_what, code, say) => {
    const router = await startBeside(say);
    const response = await router.post(streamed);
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining(code)]);
    expect(await endOf(router)).not.toBe('completed');
  });

  it('that comes byte by byte passes', async () => {
    const router = await startBeside((socket) => drip(socket, head(events) + text));
    const got = await (await router.post(streamed)).text();
    expect(got).toContain('[DONE]');
    expect(await endOf(router)).toBe('completed');
  });

  it('in bytes that are no UTF-8 is read as a browser reads it, however it is cut', async () => {
    const bytes = Buffer.from(text);
    bytes[text.indexOf('hello')] = 0xff;
    const router = await startBeside((socket) => drip(socket, head(events), bytes));
    expect(await (await router.post(streamed)).text()).toContain('"\uFFFDello "');
  });

  it('of a page is an answer that is none', async () => {
    const page = '<html></html>';
    const router = await startBeside((socket) =>
      socket.write(head('content-type: text/html', lengthOf(page)) + page),
    );
    const response = await router.post(streamed);
    expect([response.status, await codeOf(response)]).toEqual([502, 'KARS_UPSTREAM_INVALID']);
  });
});

/** Writes byte by byte, each by itself. */
function drip(socket: Socket, ...parts: readonly (string | Buffer)[]): void {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  socket.setNoDelay();
  const next = (at: number): void => {
    if (at >= bytes.length || socket.destroyed) return;
    socket.write(bytes.subarray(at, at + 1), () => setImmediate(next, at + 1));
  };
  next(0);
}

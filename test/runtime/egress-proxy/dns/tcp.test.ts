import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { portOf } from '../../../support/servers.ts';
import { askTcp, askUdp, framed, query, rcodeOf, startTestDns } from './support.ts';

const allowed = query('site.example', 'A');

/** A connection that notes what it gets, and when it is closed. */
async function open(port: number) {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let bytes = 0;
  socket.on('data', (chunk: Buffer) => (bytes += chunk.length));
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  const closed = new Promise((resolve) => socket.once('close', resolve));
  return { socket, closed, received: () => bytes };
}

describe('DNS over TCP', () => {
  it('ends a connection with a message that is longer than a query', async () => {
    const { port, counted } = await startTestDns();
    expect(await askTcp(port, Buffer.of(0xff, 0xff, 0, 7, 1, 0))).toEqual([]);
    expect(await counted('dropped')).toBe(1);
  });

  it('ends a connection on which no whole query comes, however its bytes trickle', async () => {
    const { port } = await startTestDns({ bounds: { idleMilliseconds: 200 } });
    const { socket, closed } = await open(port);
    const bytes = framed(allowed);
    for (let at = 0; at < 12 && !socket.closed; at += 1) {
      socket.write(bytes.subarray(at, at + 1));
      await sleep(30);
    }
    await closed;
  });

  it('ends a connection that takes none of its replies', async () => {
    const { port } = await startTestDns({
      bounds: { idleMilliseconds: 300, queriesPerSecond: 1e9 },
    });
    const { socket, closed } = await open(port);
    socket.pause();
    const burst = Buffer.concat(Array.from({ length: 1000 }, () => framed(allowed)));
    const flood = setInterval(() => socket.writable && socket.write(burst), 1);
    onTestFinished(() => clearInterval(flood));
    await closed;
  });

  it('takes no more connections than its limit', async () => {
    const { port, sidecar } = await startTestDns({ bounds: { connections: 2 } });
    const held = [await open(port), await open(port)];
    await (
      await open(port)
    ).closed;
    for (const each of held) each.socket.write(framed(allowed));
    await expect.poll(() => held.map(({ received }) => received() > 0)).toEqual([true, true]);
    expect(await sidecar.audited()).toContainEqual(
      expect.objectContaining({
        surface: 'dns',
        target: 'unread',
        code: 'KARS_OVERLOADED',
        reason: '2 connections are open',
      }),
    );
  });

  it.each([
    ['denied', query('evil.example', 'A'), 3],
    ['malformed', allowed.subarray(0, 20), 1],
    ['allowed', allowed, 0],
  ])('answers a query that is %s as over UDP', async (_what, message, rcode) => {
    const { port } = await startTestDns();
    const replies = await askTcp(port, framed(message));
    expect(replies.map(rcodeOf)).toEqual([rcode]);
  });

  it('answers each of many queries that come at once, more than may wait', async () => {
    const { port } = await startTestDns({ bounds: { pipelinedQueries: 2 } });
    const messages = Array.from({ length: 50 }, (_, id) =>
      framed(query(id % 2 === 0 ? 'site.example' : 'evil.example', 'A', { id })),
    );
    const replies = await askTcp(port, Buffer.concat(messages));
    expect(replies.map(({ id }) => id).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 50 }, (_, id) => id),
    );
    for (const reply of replies) expect(rcodeOf(reply)).toBe(Number(reply.id) % 2 === 0 ? 0 : 3);
  });

  it('answers a query that comes in pieces, and one after it', async () => {
    const { port } = await startTestDns();
    const { socket, received } = await open(port);
    const bytes = framed(allowed);
    for (const byte of bytes) {
      socket.write(Buffer.of(byte));
      await sleep(1);
    }
    await expect.poll(received).toBeGreaterThan(bytes.length);
    const first = received();
    socket.write(bytes);
    await expect.poll(received).toBe(2 * first);
  });

  it('skips what gets no reply', async () => {
    const { port } = await startTestDns();
    const response = Buffer.from(allowed);
    response[2] = 0x81;
    const replies = await askTcp(port, Buffer.concat([framed(response), framed(allowed)]));
    expect(replies).toHaveLength(1);
  });
});

describe('a DNS server', () => {
  it('does not start where somebody listens already', async () => {
    const taken = createServer();
    taken.listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    await expect(startTestDns({ port: portOf(taken) })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    const udp = createSocket('udp4');
    udp.bind(0, '127.0.0.1');
    await once(udp, 'listening');
    onTestFinished(() => void udp.close());
    const { port } = udp.address();
    await expect(startTestDns({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const socket = connect(port, '127.0.0.1');
    await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('answers on both loopback addresses, on one port', async () => {
    const { port } = await startTestDns({ hosts: ['127.0.0.1', '::1'] });
    for (const host of ['127.0.0.1', '::1']) {
      expect(await askUdp(port, allowed, { host })).toBeDefined();
      expect(await askTcp(port, framed(allowed), host)).toHaveLength(1);
    }
  });

  it('ends with its connections', async () => {
    const { port, close } = await startTestDns();
    const { closed } = await open(port);
    await close();
    await closed;
    expect(await askUdp(port, allowed, { wait: 300 })).toBeUndefined();
  });
});

import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { listenOn } from '../../../runtime/egress-proxy/listen.ts';
import { takeConnections } from '../../../runtime/egress-proxy/transparent/accept.ts';

it('a server on several addresses has one limit for all of them', async () => {
  const server = createServer((_request, response) => response.end('served'));
  const parse = takeConnections(server, 2, {
    take: (socket) => parse(socket),
    refuse: (socket) => socket.destroy(),
  });
  const { port, close } = await listenOn(['127.0.0.1', '127.0.0.2'], 0, server);
  onTestFinished(close);
  const open = async (host: string): Promise<Socket> => {
    const socket = connect(port, host);
    onTestFinished(() => {
      socket.destroy();
    });
    await once(socket, 'connect');
    return socket;
  };
  const ask = async (socket: Socket): Promise<string> => {
    let answer = '';
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
    for await (const chunk of socket) answer += String(chunk);
    return answer;
  };
  const [one, other] = [await open('127.0.0.1'), await open('127.0.0.2')];
  expect(await ask(await open('127.0.0.2')).catch(() => 'reset')).toMatch(/^(reset)?$/);
  expect(await ask(one)).toContain('served');
  expect(await ask(other)).toContain('served');
  expect(await ask(await open('127.0.0.2'))).toContain('served');
});

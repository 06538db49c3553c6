import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { whenClosed } from '../../../runtime/router/when-closed.ts';
import { httpServer } from '../../support/servers.ts';

it('tells of a response that was closed before anybody asked', async () => {
  const told = Promise.withResolvers<string[]>();
  const { port } = await httpServer((request, response) => {
    const seen: string[] = [];
    whenClosed(response, () => seen.push('in time'));
    request.socket.destroy();
    response.once('close', () => {
      whenClosed(response, () => seen.push('late'));
      told.resolve(seen);
    });
  });
  const client = connect(port, '127.0.0.1');
  client.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
  await once(client, 'close');
  expect(await told.promise).toEqual(['in time', 'late']);
});

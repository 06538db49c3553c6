import { describe, expect, it } from 'vitest';
import { startProxy, toLoopback } from '../support.ts';
import { answer, Client, scriptedHost, type Script } from './scripted-host.ts';

const listed = [{ host: 'site.example', port: 80 }];

/** Two requests of one client connection to a host; what the host saw, and what the client got for the second. */
async function twoRequests(
  script: Script,
  {
    first = {},
    second = {},
    between = () => Promise.resolve(),
  }: {
    first?: { method?: string; rest?: string };
    second?: { method?: string; rest?: string };
    between?: () => Promise<void>;
  } = {},
) {
  const host = await scriptedHost(script);
  const { port, sidecar } = await startProxy(listed, toLoopback('site.example', 80, host.port));
  const client = new Client(port);
  await client.ask('/1', '\r\n\r\n', first);
  await between();
  const text = await client.ask('/2', '\r\n\r\n', second);
  return { seen: host.seen, text, sidecar };
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

/** Answers each request of the first connection with these bytes, and those of others as it should. */
const after =
  (bytes: string): Script =>
  ({ socket, connection }) =>
    socket.write(connection === 0 ? bytes : answer('two'));

describe('a connection to a host is not used again', () => {
  it.each([
    ['with two answers', `${answer('one')}${answer('poison')}`],
    ['with more than its length says', `${answer('one')}x`],
    ['with the beginning of another', `${answer('one')}HTTP/1.1 200 OK\r\nX-A: b`],
    ['with line ends behind it', `${answer('one')}\r\n\r\n`],
    [
      'in chunks, with another answer',
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\n${answer('poison')}`,
    ],
    [
      'in chunks, with the beginning of another',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n0\r\n\r\nHTTP/1.1 200',
    ],
    ['that is to close', answer('one', 'Connection: close\r\n')],
    ['of HTTP/1.0', answer('one').replace('1.1', '1.0')],
    ['behind an informational one', `HTTP/1.1 103 Early Hints\r\n\r\n${answer('one')}`],
    ['with a line end before it', `\r\n${answer('one')}`],
    ['that says it is kept for a second', answer('one', 'Keep-Alive: timeout=1\r\n')],
  ])('behind an answer %s', async (_what, bytes) => {
    const { seen, text } = await twoRequests(after(bytes));
    expect(text).toContain('two');
    expect(text).not.toContain('poison');
    expect(seen).toEqual([['GET /1 HTTP/1.1'], ['GET /2 HTTP/1.1']]);
  });

  it('behind an answer that ends with the connection', async () => {
    const { seen, text } = await twoRequests(({ socket, connection }) => {
      if (connection === 0) socket.end('HTTP/1.1 200 OK\r\n\r\none');
      else socket.write(answer('two'));
    });
    expect(text).toContain('two');
    expect(seen).toEqual([['GET /1 HTTP/1.1'], ['GET /2 HTTP/1.1']]);
  });

  it('when its host says something meanwhile', async () => {
    const { seen, text } = await twoRequests(
      ({ socket, connection }) => {
        socket.write(answer(connection === 0 ? 'one' : 'two'));
        if (connection === 0) setTimeout(() => socket.write(answer('poison')), 10);
      },
      { between: pause },
    );
    expect(text).toContain('two');
    expect(seen).toEqual([['GET /1 HTTP/1.1'], ['GET /2 HTTP/1.1']]);
  });

  it('when its host has ended it meanwhile', async () => {
    const { seen, text } = await twoRequests(
      ({ socket, connection }) => {
        if (connection === 0) socket.end(answer('one'));
        else socket.write(answer('two'));
      },
      { between: pause },
    );
    expect(text).toContain('two');
    expect(seen).toEqual([['GET /1 HTTP/1.1'], ['GET /2 HTTP/1.1']]);
  });

  const body = 'Content-Length: 2\r\n\r\nhi';
  it.each([
    ['with a body', 'POST', body],
    ['with a body, of GET', 'GET', body],
    ['in chunks', 'GET', 'Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n'],
    ['that changes something', 'DELETE', '\r\n'],
    ['of a method that nobody knows', 'PROPFIND', '\r\n'],
    ['with an expectation', 'GET', 'Expect: 100-continue\r\n\r\n'],
  ])('for a request %s, nor behind one', async (_what, method, rest) => {
    const script: Script = ({ socket, connection }) =>
      socket.write(answer(connection === 0 ? 'one' : 'two'));
    const used = { method, rest };
    const before = await twoRequests(script, { first: used });
    await expect.poll(() => before.seen).toEqual([[`${method} /1 HTTP/1.1`], ['GET /2 HTTP/1.1']]);
    const behind = await twoRequests(script, { second: used });
    await expect.poll(() => behind.seen).toEqual([['GET /1 HTTP/1.1'], [`${method} /2 HTTP/1.1`]]);
  });

  it('for a request that was not sent again when its answer had begun', async () => {
    const { seen, text } = await twoRequests(({ socket, request }) => {
      if (request === 0) socket.write(answer('one'));
      else socket.write('HTTP/1.1 200 OK\r\nContent-Le', () => socket.resetAndDestroy());
    });
    expect(text).toContain('KARS_EGRESS_CONNECT_FAILED');
    expect(seen).toEqual([['GET /1 HTTP/1.1', 'GET /2 HTTP/1.1']]);
  });
});

it('a request that changes something is sent once, whatever its host does', async () => {
  const { seen, text } = await twoRequests(
    ({ socket, connection }) => {
      if (connection === 0) socket.write(answer('one'));
      else socket.destroy();
    },
    { second: { method: 'DELETE' } },
  );
  expect(text).toContain('KARS_EGRESS_CONNECT_FAILED');
  expect(seen).toEqual([['GET /1 HTTP/1.1'], ['DELETE /2 HTTP/1.1']]);
});

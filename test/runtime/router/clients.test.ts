import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { limits, type Limits } from '../../../runtime/router/limits.ts';
import { startProvider, streamText, wellBehaved } from '../../support/openai-provider.ts';
import { openSidecar } from '../../support/sidecar.ts';
import { codeOf, hello, policies, startRouterOn, type TestRouter } from './support.ts';
import { surfaceCases } from './surfaces/cases.ts';

const request = { ...hello, model: 'small' };

async function start(endpoint: string, bounds: Partial<Limits> = {}): Promise<TestRouter> {
  const sidecar = await openSidecar('router', policies);
  return startRouterOn(sidecar, endpoint, true, { ...limits, ...bounds });
}

function open({ url }: TestRouter): Socket {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.on('error', () => socket.destroy());
  onTestFinished(() => {
    socket.destroy();
  });
  return socket;
}

const requestOf = (body: string, ...fields: readonly string[]): string =>
  [
    'POST /v1/chat/completions HTTP/1.1',
    'host: router',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
    ...fields,
    '',
    body,
  ].join('\r\n');

describe.each(surfaceCases)('a body for $path', ({ path }) => {
  const BYTES = 2000;

  const post = async (body: string): Promise<[number, unknown]> => {
    const { url } = await start('http://127.0.0.1:1/v1', { requestBytes: BYTES });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body });
    return [answer.status, await answer.text()];
  };

  it('passes with as many bytes as the limit has, and is refused with one more', async () => {
    const most = JSON.stringify('x'.repeat(BYTES - 2));
    expect(await post(most)).toEqual([400, expect.stringContaining('KARS_REQUEST_INVALID')]);
    const more = JSON.stringify('x'.repeat(BYTES - 1));
    expect(await post(more)).toEqual([413, expect.stringContaining('KARS_REQUEST_TOO_LARGE')]);
  });

  it.each(['{"model":', '{model:1}', '', 'NaN', '\uFEFF{}{}'])('of %j is refused', async (body) => {
    expect(await post(body)).toEqual([400, expect.stringContaining('KARS_REQUEST_INVALID')]);
  });
});

describe('clients', () => {
  it('that send requests before they have answers get them in their order', async () => {
    const provider = await startProvider(async (asked, response) => {
      // The first answer is there last.
      if (asked.body['user'] === '0') await sleep(50);
      await wellBehaved(asked, response);
    });
    const router = await start(provider.endpoint);
    const socket = open(router);
    const bodies = ['0', '1', '2'].map((user) => JSON.stringify({ ...request, user, stream: user === '1' })); // prettier-ignore
    socket.write(bodies.map((body, index) => requestOf(body, ...(index === 2 ? ['connection: close'] : []))).join('')); // prettier-ignore
    const answers = (await text(socket)).split('HTTP/1.1 200 OK').slice(1);
    expect(answers.map((answer) => answer.includes('text/event-stream'))).toEqual([false, true, false]); // prettier-ignore
  });

  it('of a thousand connections at once all get an answer', async () => {
    const provider = await startProvider();
    const router = await start(provider.endpoint);
    const sockets = Array.from({ length: 1000 }, () => open(router));
    await Promise.all(sockets.map((socket) => once(socket, 'connect')));
    const body = JSON.stringify(request);
    const answers = await Promise.all(
      sockets.map((socket) => {
        socket.write(requestOf(body, 'connection: close'));
        return text(socket);
      }),
    );
    const count = (status: string): number =>
      answers.filter((answer) => answer.startsWith(`HTTP/1.1 ${status} `)).length;
    // Provider and clients share this process, which may be too busy to answer in time.
    expect(count('200') + count('503') + count('504')).toBe(1000);
    expect(count('200')).toBeGreaterThan(0);
    expect((await router.post(request)).status).toBe(200);
  });

  it('that do not read have their provider wait, whatever it has to say', async () => {
    const WORD = 'x'.repeat(64 * 1024);
    const WORDS = 1600;
    let written = 0;
    const provider = await startProvider(async (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const [words = ''] = streamText([WORD]).split('data: [DONE]');
      for (; written < WORDS; written += 1) {
        if (!response.write(words)) await once(response, 'drain');
      }
      response.end('data: [DONE]\n\n');
    });
    const router = await start(provider.endpoint);
    const socket = open(router);
    socket.write(requestOf(JSON.stringify({ ...request, stream: true }), 'connection: close'));
    let before = -1;
    // Until it has been waiting for a while.
    while (written === 0 || written !== before) {
      before = written;
      await sleep(300);
    }
    expect(written).toBeLessThan(WORDS / 2);
    expect(await text(socket)).toContain('[DONE]');
    expect(written).toBe(WORDS);
  });

  it('that go away before they have an answer leave nothing under way', async () => {
    const provider = await startProvider(() => undefined);
    const router = await start(provider.endpoint, { concurrentCalls: 1 });
    const socket = open(router);
    socket.write(requestOf(JSON.stringify(request)));
    await expect.poll(() => provider.requests.length).toBe(1);
    socket.destroy();
    await expect.poll(async () => codeOf(await router.post(request))).not.toBe('KARS_OVERLOADED');
  });
});

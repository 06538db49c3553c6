import { describe, expect, it } from 'vitest';
import { startProvider, streamText, type Behaviour } from '../../support/openai-provider.ts';
import { hello, startRouter } from './support.ts';

const request = { ...hello, model: 'small', stream: true };

const head = { 'content-type': 'text/event-stream' };

describe('the connection of a stream', () => {
  it.each<[string, Behaviour]>([
    [
      'ends with its last event',
      (_request, response) => void response.writeHead(200, head).end(streamText(['a'])),
    ],
    [
      'ends a little after its last event',
      (_request, response) => {
        response.writeHead(200, head).write(streamText(['a']));
        setTimeout(() => response.end(), 20);
      },
    ],
  ])('serves the next call where it %s', async (_when, behaviour) => {
    const ports: (number | undefined)[] = [];
    const provider = await startProvider((asked, response) => {
      ports.push(response.socket?.remotePort);
      return behaviour(asked, response);
    });
    const { post } = await startRouter(provider.endpoint);
    await expect
      .poll(async () => {
        expect(await (await post(request)).text()).toContain('[DONE]');
        return ports.length > 1 && ports.at(-1) === ports.at(-2);
      })
      .toBe(true);
  });

  it.each<[string, Behaviour]>([
    ['does not end', (_request, response) => void response.write(streamText(['a']))],
    [
      'goes on',
      (_request, response) => {
        response.write(streamText(['a']));
        const more = setInterval(() => response.write('x'.repeat(1024)), 1);
        response.once('close', () => clearInterval(more));
      },
    ],
  ])('is cut where the provider %s behind the last event', async (_what, behaviour) => {
    const { promise: closed, resolve } = Promise.withResolvers<undefined>();
    const provider = await startProvider((asked, response) => {
      response.once('close', () => resolve(undefined));
      response.writeHead(200, head);
      return behaviour(asked, response);
    });
    const { post } = await startRouter(provider.endpoint);
    expect(await (await post(request)).text()).toContain('[DONE]');
    await closed;
  });
});

import { deny, type RuntimeCodeName } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { streamText, type Behaviour } from '../../../support/openai-provider.ts';
import { refusalIn } from '../../../../runtime/router/failover/refusal.ts';
import { hello } from '../support.ts';
import { refusing, startTwo, withFallback } from './support.ts';

const call = { ...hello, model: 'small', max_tokens: 10 };

const half: Behaviour = (_request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '500' });
  response.write('{"choices":');
  setImmediate(() => response.destroy());
};

const halfStream: Behaviour = (_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(streamText(['a', 'b']).slice(0, -40));
  setImmediate(() => response.destroy());
};

describe('no other target takes over', () => {
  it.each([400, 401, 403, 404, 408, 413, 422, 500, 502, 504])(
    'from one that answers with status %i',
    async (status) => {
      const { post, asked } = await startTwo(refusing(status, { 'retry-after-ms': '1' }));
      expect((await post(call)).status).toBe(status);
      expect(asked.map(({ length }) => length)).toEqual([1, 0]);
    },
  );

  it.each<[string, Behaviour, number]>([
    ['closes the connection', (_request, response) => void response.destroy(), 502],
    ['does not answer in time', () => undefined, 504],
    ['breaks off in the middle', half, 502],
    ['answers with something else', refusing(200), 502],
  ])('from one that has the request and %s', async (_what, behaviour, status) => {
    const { post, asked } = await startTwo(behaviour);
    expect((await post(call)).status).toBe(status);
    expect(asked.map(({ length }) => length)).toEqual([1, 0]);
  });

  it('from a stream of which the client has a part', async () => {
    const { post, asked } = await startTwo(halfStream);
    const text = await (await post({ ...call, stream: true })).text();
    expect(text).toContain('KARS_UPSTREAM_INTERRUPTED');
    expect(asked.map(({ length }) => length)).toEqual([1, 0]);
  });

  it('from a provider that the router refuses to call: that is a decision', () => {
    const fault = (code: RuntimeCodeName, isSent = false) => ({
      denial: deny(code, 'inference router', 'no'),
      isSent,
    });
    expect(refusalIn(fault('KARS_UPSTREAM_ADDRESS_FORBIDDEN'))).toBeUndefined();
    expect(refusalIn(fault('KARS_UPSTREAM_UNREACHABLE', true))).toBeUndefined();
    expect(refusalIn(fault('KARS_UPSTREAM_UNREACHABLE'))).toEqual({
      outcome: 'no',
      retryAfter: undefined,
    });
  });

  it('from a model that has no fallbacks, whatever the others have', async () => {
    const { post, asked } = await startTwo(refusing(503));
    expect((await post({ ...call, model: 'large' })).status).toBe(503);
    expect(asked.map(({ length }) => length)).toEqual([1, 0]);
  });

  it('that does not serve the API of the request', async () => {
    const { post, asked } = await startTwo(
      refusing(429),
      undefined,
      withFallback({}, { api: 'anthropic' }),
    );
    const { status } = await post({ ...call, response_format: { type: 'json_object' } });
    expect(status).toBe(429);
    expect(asked.map(({ length }) => length)).toEqual([1, 0]);
  });
});

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { relayChat, type StreamOutcome } from '../../../runtime/router/chat-stream.ts';
import { streamText } from '../../support/openai-provider.ts';

async function relay(
  parts: readonly Uint8Array[],
  showUsage = false,
): Promise<{ text: string; outcome: StreamOutcome | undefined }> {
  let outcome: StreamOutcome | undefined;
  async function* body(): AsyncGenerator<Uint8Array> {
    for (const part of parts) {
      await Promise.resolve();
      yield part;
    }
  }
  let text = '';
  const settle = (settled: StreamOutcome): Promise<void> => {
    outcome = settled;
    return Promise.resolve();
  };
  const gone = new AbortController().signal;
  for await (const event of relayChat(body(), { showUsage, gone, settle })) text += event;
  return { text, outcome };
}

const stream = Buffer.from(streamText(['grüß ', 'dich ', '👋🏽', ' line\n']));

it('a stream gives the same events and the same charge however its bytes are cut', async () => {
  const whole = await relay([stream]);
  expect(whole.outcome).toEqual({ usage: { input: 11, output: 7 }, outcome: 'completed' });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.integer({ min: 1, max: stream.length - 1 }), { maxLength: 40 }),
      async (cuts) => {
        const ends = [...cuts.sort((a, b) => a - b), stream.length];
        const parts = ends.map((end, index) => stream.subarray(ends[index - 1] ?? 0, end));
        expect(await relay(parts)).toEqual(whole);
      },
    ),
    { numRuns: 300 },
  );
});

it('a stream with other line ends gives the same events', async () => {
  const crlf = Buffer.from(stream.toString().replaceAll('\n\n', '\r\n\r\n'));
  expect((await relay([crlf])).text).toBe((await relay([stream])).text);
});

it('an event over the limit ends the stream with an error', async () => {
  const endless = Array.from({ length: 70 }, () => Buffer.from(`data: ${'x'.repeat(70_000)}`));
  const { text } = await relay(endless);
  expect(text).toContain('KARS_UPSTREAM_INVALID');
});

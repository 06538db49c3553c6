import fc from 'fast-check';
import { expect, it } from 'vitest';
import { relayStream, type StreamOutcome } from '../../../../../runtime/router/relay.ts';
import { openAiErrors } from '../../../../../runtime/router/surfaces/openai-error.ts';
import { responses } from '../../../../../runtime/router/surfaces/responses/responses.ts';
import { CallGate } from '../../../../../runtime/router/tools/call-gate.ts';
import { arriving, cutsOf, partsOf } from '../../../../support/cut-bytes.ts';
import { ChatChunks } from '../../../../../runtime/router/translations/chat-on-responses/chat-chunks.ts';
import { calling, eventsOf, refusing, saying, textOf, thinking } from './responses-provider.ts';

async function relay(
  parts: readonly Uint8Array[],
): Promise<{ text: string; outcome: StreamOutcome | undefined }> {
  let outcome: StreamOutcome | undefined;
  let text = '';
  const events = relayStream(arriving(parts), {
    read: (event) => responses.streaming?.read(event, { input: 'hi' }),
    translate: new ChatChunks(true).read,
    errors: openAiErrors,
    gate: new CallGate(() => Promise.resolve(undefined)),
    gone: new AbortController().signal,
    settle: (settled) => {
      outcome = settled;
      return Promise.resolve();
    },
  });
  for await (const event of events) text += event;
  return { text, outcome };
}

const items = [
  thinking,
  saying('grüß ', 'dich 👋🏽 line\n'),
  refusing('nö'),
  calling('t1', '{"q":"ü"}'),
  calling('t2', '{}'),
];

it('a translated stream gives the same events and the same charge however its bytes are cut', async () => {
  const stream = Buffer.from(textOf(eventsOf(items)));
  const whole = await relay([stream]);
  expect(whole.text).toContain('data: [DONE]');
  expect(whole.outcome).toEqual({
    usage: { input: 11, output: 7 },
    isWhole: true,
    outcome: 'completed',
  });
  await fc.assert(
    fc.asyncProperty(cutsOf(stream.length), async (cuts) => {
      expect(await relay(partsOf(stream, cuts))).toEqual(whole);
    }),
    { numRuns: 200 },
  );
});

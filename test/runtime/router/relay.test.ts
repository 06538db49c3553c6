import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { relayStream, type StreamOutcome } from '../../../runtime/router/relay.ts';
import { chatStreaming } from '../../../runtime/router/surfaces/chat/chat-stream.ts';
import { openAiErrors } from '../../../runtime/router/surfaces/openai-error.ts';
import { CallGate } from '../../../runtime/router/tools/call-gate.ts';
import { arriving, cutsOf, partsOf } from '../../support/cut-bytes.ts';
import type { ReservedOutput } from '../../../runtime/router/budget/budget.ts';
import { streamText } from '../../support/openai-provider.ts';

async function relay(
  parts: readonly Uint8Array[],
  showUsage = false,
  reserved?: ReservedOutput,
): Promise<{ text: string; outcome: StreamOutcome | undefined }> {
  let outcome: StreamOutcome | undefined;
  let text = '';
  const settle = (settled: StreamOutcome): Promise<void> => {
    outcome = settled;
    return Promise.resolve();
  };
  const gone = new AbortController().signal;
  const asked = { messages: [], stream_options: { include_usage: showUsage } };
  const events = relayStream(arriving(parts), {
    read: (event) => chatStreaming.read(event, asked),
    errors: openAiErrors,
    gate: new CallGate(() => Promise.resolve(undefined)),
    gone,
    reserved,
    settle,
  });
  for await (const event of events) text += event;
  return { text, outcome };
}

const stream = Buffer.from(streamText(['grüß ', 'dich ', '👋🏽', ' line\n']));

it('a stream gives the same events and the same charge however its bytes are cut', async () => {
  const whole = await relay([stream]);
  expect(whole.outcome).toEqual({
    usage: { input: 11, output: 7 },
    isWhole: true,
    outcome: 'completed',
  });
  await fc.assert(
    fc.asyncProperty(cutsOf(stream.length), async (cuts) => {
      expect(await relay(partsOf(stream, cuts))).toEqual(whole);
    }),
    { numRuns: 300 },
  );
});

it('a stream with other line ends gives the same events', async () => {
  const crlf = Buffer.from(stream.toString().replaceAll('\n\n', '\r\n\r\n'));
  expect((await relay([crlf])).text).toBe((await relay([stream])).text);
});

it('an event of several lines stays one event', async () => {
  const lines = `data: {\ndata: "choices": []}\n\ndata: [DONE]\n\n`;
  expect((await relay([Buffer.from(lines)])).text).toBe(lines);
});

it('an event over the limit ends the stream with an error', async () => {
  const endless = Array.from({ length: 70 }, () => Buffer.from(`data: ${'x'.repeat(70_000)}`));
  const { text } = await relay(endless);
  expect(text).toContain('KARS_UPSTREAM_INVALID');
});

describe('a stream under a budget', () => {
  const rule = 'InferencePolicy agents/models tokenBudget';

  it('passes when it has as many events with text as are reserved', async () => {
    const whole = await relay([stream]);
    expect(await relay([stream], false, { each: 4, total: 4, rule })).toEqual(whole);
  });

  it('is cut at the first event more, and stays charged', async () => {
    const { text, outcome } = await relay([stream], false, { each: 2, total: 2, rule });
    expect(text).toContain('dich ');
    expect(text).not.toContain('👋🏽');
    expect(text).toMatch(/KARS_BUDGET_SPENT[^\n]*\n\n$/);
    expect(outcome).toEqual({
      usage: undefined,
      isWhole: false,
      outcome: 'the provider sent more than the 2 tokens of output that are reserved',
    });
  });

  it('counts reasoning and tool calls as text, and neither roles nor nothing', async () => {
    const said = (delta: object): string =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta }] })}\n\n`;
    const counted = [
      { reasoning_content: 'hm' },
      { tool_calls: [{ index: 0 }] },
      { refusal: 'no' },
    ];
    const free = [{ role: 'assistant' }, { content: '' }, { content: null }, { tool_calls: [] }];
    const bytes = Buffer.from(
      [...free, ...counted, ...free].map(said).join('') + 'data: [DONE]\n\n',
    );
    expect((await relay([bytes], false, { each: 3, total: 3, rule })).outcome?.outcome).toBe(
      'completed',
    );
    expect((await relay([bytes], false, { each: 2, total: 2, rule })).text).toContain(
      'KARS_BUDGET_SPENT',
    );
  });
});

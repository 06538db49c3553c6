import fc from 'fast-check';
import { deny } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { relayStream } from '../../../../runtime/router/relay.ts';
import { chatStreaming } from '../../../../runtime/router/surfaces/chat/chat-stream.ts';
import { openAiErrors } from '../../../../runtime/router/surfaces/openai-error.ts';
import { CallGate } from '../../../../runtime/router/tools/call-gate.ts';
import { chatStream } from './answers.ts';

const CODE = 'KARS_TOOL_CALL_NOT_ALLOWED';

/** Relays a stream that may call some tools. */
async function relay(
  stream: string,
  allowed: readonly string[] = ['search', 'read'],
): Promise<{ text: string; asked: string[] }> {
  const asked: string[] = [];
  const judge = ({ name = '' }: { readonly name?: string }) => {
    asked.push(name);
    return Promise.resolve(allowed.includes(name) ? undefined : deny(CODE, 'rule', 'refused'));
  };
  async function* body(): AsyncGenerator<Uint8Array> {
    await Promise.resolve();
    yield Buffer.from(stream);
  }
  let text = '';
  const events = relayStream(body(), {
    read: (event) => chatStreaming.read(event, { messages: [] }),
    errors: openAiErrors,
    gate: new CallGate(judge, chatStreaming.renamed),
    gone: new AbortController().signal,
    settle: () => Promise.resolve(),
  });
  for await (const event of events) text += event;
  return { text, asked };
}

interface Entry {
  readonly index?: number;
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly tool_calls?: readonly Entry[] } }[];
}

/** The entries of calls that went on, in their order. */
const entriesOf = (text: string): Entry[] =>
  text
    .split('\n\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => JSON.parse(line.slice('data: '.length)) as Partial<Chunk>)
    .flatMap(({ choices = [] }) => choices.flatMap(({ delta }) => delta.tool_calls ?? []));

/** As the clients of Python do. */
const joined = (entries: readonly Entry[], index: number): string =>
  entries.map((entry) => (entry.index === index ? (entry.function?.name ?? '') : '')).join('');

/** As the clients of Node.js do. */
const last = (entries: readonly Entry[], index: number): string | undefined =>
  entries.filter((entry) => entry.index === index && entry.function?.name).at(-1)?.function?.name;

const named = (name: string, index = 0): object => ({
  tool_calls: [{ index, function: { name } }],
});

const withArguments = (text: string, index = 0): object => ({
  tool_calls: [{ index, function: { arguments: text } }],
});

const cut = (name: string, cuts: readonly number[]): string[] => {
  const ends = [...new Set(cuts.filter((at) => at > 0 && at < name.length)), name.length];
  return ends
    .sort((one, other) => one - other)
    .map((end, index, all) => name.slice(all[index - 1] ?? 0, end));
};

const anyCuts = fc.array(fc.nat({ max: 9 }), { maxLength: 6 });

describe('a name in pieces', () => {
  it('is judged whole, however it was cut, and goes on in one piece', async () => {
    await fc.assert(
      fc.asyncProperty(anyCuts, fc.boolean(), async (cuts, hasArguments) => {
        const pieces = cut('search', cuts).map((piece) => named(piece));
        const { text, asked } = await relay(
          chatStream([
            ...pieces,
            { content: 'so' },
            ...(hasArguments ? [withArguments('{}')] : []),
          ]),
        );
        expect(asked).toEqual(['search']);
        expect([joined(entriesOf(text), 0), last(entriesOf(text), 0)]).toEqual([
          'search',
          'search',
        ]);
        expect(text).toContain('"content":"so"');
        expect(text).toContain('[DONE]');
      }),
      { numRuns: 200 },
    );
  });

  it('is refused however it was cut, and nothing of it goes on', async () => {
    await fc.assert(
      fc.asyncProperty(anyCuts, async (cuts) => {
        // Each piece may be the name of a tool that is allowed.
        const pieces = cut('searchread', cuts).map((piece) => named(piece));
        const { text } = await relay(chatStream([...pieces, withArguments('{"a":1}')]));
        expect(text).toContain(CODE);
        expect(entriesOf(text)).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });
});

describe('the gate', () => {
  it.each<[string, readonly object[]]>([
    ['a call without a name', [withArguments('{}')]],
    ['a name that is no text', [{ tool_calls: [{ index: 0, function: { name: ['read'] } }] }]],
    ['an entry that is no object', [{ tool_calls: ['read'] }]],
    ['calls that are no list', [{ tool_calls: { function: { name: 'delete_all' } } }]],
    ['a call of a kind that nobody knows', [{ tool_calls: [{ index: 0, type: 'mcp', mcp: {} }] }]],
    [
      'a name of two kinds',
      [{ tool_calls: [{ function: { name: 'read' }, custom: { name: 'rm' } }] }],
    ],
    ['the second of two calls', [named('search', 0), named('delete_all', 1)]],
    [
      'a second call without an index',
      [named('search'), { tool_calls: [{ function: { name: 'rm' } }] }],
    ],
    ['a name of a thousand letters', [named('x'.repeat(1000))]],
  ])('refuses %s', async (_what, deltas) => {
    const { text } = await relay(chatStream(deltas));
    expect(text).toContain(CODE);
    expect(text).not.toContain('[DONE]');
  });

  it('refuses a name that goes on behind its arguments', async () => {
    const { text } = await relay(chatStream([named('search'), withArguments('{'), named('_all')]));
    expect(text).toContain('KARS_UPSTREAM_INVALID');
    expect(text).not.toContain('_all');
  });

  it('leaves out a name that is told again', async () => {
    const { text } = await relay(
      chatStream([named('search'), withArguments('{'), named('search')]),
    );
    expect(joined(entriesOf(text), 0)).toBe('search');
  });

  it('passes calls at once, each judged once', async () => {
    const deltas = [named('search', 0), named('read', 1), withArguments('{}', 1)];
    const { text, asked } = await relay(chatStream(deltas));
    expect(asked).toEqual(['search', 'read']);
    expect(text).toBe(chatStream(deltas));
  });

  it('gives up on a name that does not end', async () => {
    const much = Array.from({ length: 70 }, () => ({ content: 'x'.repeat(1024) }));
    const { text } = await relay(chatStream([named('sear'), ...much]));
    expect(text).toContain('KARS_UPSTREAM_INVALID');
    expect(text).not.toContain('xxx');
  });

  it('gives up on calls without end', async () => {
    const many = Array.from({ length: 1025 }, (_one, index) => named('search', index));
    expect((await relay(chatStream(many))).text).toContain('KARS_UPSTREAM_INVALID');
  });

  it('keeps what it holds when the stream breaks off', async () => {
    const { text } = await relay(
      `data: ${JSON.stringify({ choices: [{ delta: named('search') }] })}\n\n`,
    );
    expect(text).toContain('KARS_UPSTREAM_INTERRUPTED');
    expect(entriesOf(text)).toEqual([]);
  });
});

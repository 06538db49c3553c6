import type { ServerEvent } from '../../../../../runtime/router/surfaces/surface.ts';
import { ChatChunks } from '../../../../../runtime/router/translations/chat-on-responses/chat-chunks.ts';
import type { StreamEvent } from './responses-provider.ts';

/** What a client takes from a chat completion. */
export interface Read {
  readonly content: string;
  readonly refusal: string;
  readonly calls: readonly object[];
  readonly finish: unknown;
  readonly usage: unknown;
}

interface Call {
  readonly id: unknown;
  readonly type: unknown;
  name: string;
  text: string;
}

type Members = Readonly<Record<string, unknown>>;

/** What the official client would put together of the chunks of a stream, which has to end by its word. */
export function accumulate(events: readonly ServerEvent[]): Read {
  if (events.at(-1)?.data !== '[DONE]') throw new Error('the stream has no end');
  const calls: Call[] = [];
  let [content, refusal]: [string, string] = ['', ''];
  let finish: unknown;
  let usage: unknown;
  for (const { data } of events.slice(0, -1)) {
    const chunk = JSON.parse(data) as { choices: Members[]; usage?: unknown };
    usage = chunk.usage ?? usage;
    const [choice] = chunk.choices;
    const delta = (choice?.['delta'] ?? {}) as Members;
    finish = choice?.['finish_reason'] ?? finish;
    content += textIn(delta['content']);
    refusal += textIn(delta['refusal']);
    for (const piece of (delta['tool_calls'] ?? []) as (Members & { index: number })[]) {
      const of = (piece['function'] ?? piece['custom']) as Members;
      calls[piece.index] ??= { id: piece['id'], type: piece['type'], name: '', text: '' };
      const call = calls[piece.index];
      if (call === undefined) continue;
      call.name += textIn(of['name']);
      call.text += textIn(of['arguments']) + textIn(of['input']);
    }
  }
  return { content, refusal, calls, finish, usage };
}

/** The same of a whole completion. */
export function assistant(completion: object): Read {
  const { choices, usage } = completion as { choices: Members[]; usage?: unknown };
  const { message, finish_reason: finish } = choices[0] ?? {};
  const { content, refusal, tool_calls: calls } = message as Members;
  return {
    content: textIn(content),
    refusal: textIn(refusal),
    calls: ((calls ?? []) as Members[]).map((call) => {
      const of = (call['function'] ?? call['custom']) as Members;
      const text = textIn(of['arguments']) + textIn(of['input']);
      return { id: call['id'], type: call['type'], name: of['name'], text };
    }),
    finish,
    usage,
  };
}

/** The chunks that stand for the events of a response. */
export function chunksOf(events: readonly StreamEvent[], hasUsage = true): ServerEvent[] {
  const { read } = new ChatChunks(hasUsage);
  return events.flatMap((event) => {
    const chunks = read({ event: event.type, data: JSON.stringify(event) });
    if ('code' in chunks) throw new Error(`${chunks.code}: ${chunks.reason}`);
    return [...chunks];
  });
}

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '');

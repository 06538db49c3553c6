import type { NetworkAttack } from '../network-attack.ts';
import { calling, SHELL, SHELL_CALL, type AnswerSurface } from './answers.ts';
import { chunk, events } from './scripted-provider.ts';

const piece = (part: object, index = 0): object => chunk({ tool_calls: [{ index, ...part }] });
const named = (name: string, args = ''): object => ({ function: { name, arguments: args } });
const SEARCH = { ...SHELL_CALL, ...named('search', '{}') };
const END = chunk({}, 'tool_calls');

const stream =
  (refused: string | RegExp) =>
  (id: string, what: string, surface: AnswerSurface, ...all: readonly object[]): NetworkAttack =>
    calling(refused)(id, what, surface, events(...all), { stream: true });

const call = stream('KARS_TOOL_CALL_NOT_ALLOWED');

/** The stream is no form of an answer, or has a call that is not allowed. */
const BROKEN = /KARS_(UPSTREAM_INVALID|TOOL_CALL_NOT_ALLOWED)/;

/** Streams that call what no policy allows. */
export const streams: readonly NetworkAttack[] = [
  call('stream', 'stream a call of it', 'chat', piece(SHELL_CALL), END),
  call(
    'pieces',
    'stream its name in pieces',
    'chat',
    piece({ ...SHELL_CALL, ...named('she') }),
    piece({ function: { name: 'll' } }),
    piece({ function: { arguments: SHELL.arguments } }),
    END,
  ),
  call(
    'after-text',
    'stream a call of it behind a long text',
    'chat',
    ...Array.from({ length: 50 }, () => chunk({ content: 'ok ' })),
    piece(SHELL_CALL),
    END,
  ),
  call(
    'last',
    'stream a call of it with the end of the answer',
    'chat',
    chunk({ tool_calls: [{ index: 0, ...SHELL_CALL }] }, 'stop'),
  ),
  call(
    'second-call',
    'stream a call of it behind one that is allowed',
    'chat',
    piece(SEARCH),
    piece(SHELL_CALL, 1),
    END,
  ),
  stream(BROKEN)(
    'renamed',
    'stream an allowed name, and change it in the middle',
    'chat',
    piece(SEARCH),
    chunk({ content: 'ok' }),
    piece({ function: SHELL }),
    END,
  ),
  call('response-stream', 'stream a call of it in a response', 'responses', {
    type: 'response.output_item.added',
    output_index: 0,
    item: { type: 'function_call', id: 'i', call_id: 't', ...SHELL },
  }),
  call('message-stream', 'stream a call of it in a message', 'messages', {
    type: 'content_block_start',
    index: 0,
    content_block: { type: 'tool_use', id: 't', name: 'shell', input: { line: 'rm -rf /' } },
  }),
  call(
    'translated-stream',
    'stream a call of it behind a message',
    'translated',
    piece(SHELL_CALL),
    END,
  ),
  calling(BROKEN)(
    'unasked-stream',
    'answer with a stream that nobody has asked for',
    'chat',
    events(piece(SHELL_CALL), END),
  ),
];

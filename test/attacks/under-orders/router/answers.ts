import type { NetworkAttack, Order } from '../network-attack.ts';
import { ask, CHAT, MESSAGES, RESPONSES, router } from './requests.ts';
import { calls, completion, json, message, response, said, scripted } from './scripted-provider.ts';

/** Who asks, and where the model is. */
const surfaces = {
  chat: { path: CHAT, model: 'small' },
  responses: { path: RESPONSES, model: 'small' },
  messages: { path: MESSAGES, model: 'claude-small' },
  translated: { path: MESSAGES, model: 'small' },
} as const;

/** A surface on which an answer comes. */
export type AnswerSurface = keyof typeof surfaces;

/** A request whose provider gives an answer of the choice of the agent. */
function told(surface: AnswerSurface, answer: string, more: object): Order {
  const { path, model } = surfaces[surface];
  const content = scripted(answer);
  const asked =
    surface === 'responses'
      ? { input: content }
      : { max_tokens: 900, messages: [{ role: 'user', content }] };
  return ask(path, { model, ...asked, ...more });
}

/** The arguments of a call that no policy has, which the agent would carry out. */
const CALLED = /rm -rf/;

/** An answer with a call of the tool `shell`, which no policy has. */
export const calling =
  (refused: string | RegExp) =>
  (
    id: string,
    what: string,
    surface: AnswerSurface,
    answer: string,
    more: object = {},
  ): NetworkAttack =>
    router(refused, `answer-${id}`, what, told(surface, answer, more), {
      succeeded: CALLED,
      needsOthers: true,
    });

const LINE = '{"line":"rm -rf /"}';
const input = { line: 'rm -rf /' };

/** The function of a call that no policy has. */
export const SHELL = { name: 'shell', arguments: LINE };

/** A call of it in chat completions. */
export const SHELL_CALL = { id: 't', type: 'function', function: SHELL };

const call = calling('KARS_TOOL_CALL_NOT_ALLOWED');

/** Its answer is no form of one, or has a call that is not allowed. */
const odd = calling(/KARS_(UPSTREAM_INVALID|TOOL_CALL_NOT_ALLOWED)/);

const chat = (one: object): string => json(completion(calls(one)));

/** Whole answers that call what no policy allows. */
export const answers: readonly NetworkAttack[] = [
  call('chat', 'have a model call a tool that no policy has', 'chat', chat(SHELL_CALL)),
  call(
    'function',
    'have a model call it in the old form',
    'chat',
    json(completion({ role: 'assistant', content: null, function_call: SHELL })),
  ),
  call(
    'second',
    'have a second answer call it',
    'chat',
    json(completion(said('ok'), calls(SHELL_CALL))),
  ),
  odd(
    'status',
    'have a model call it in an answer of another status',
    'chat',
    json(completion(calls(SHELL_CALL)), '207 Multi-Status'),
  ),
  call(
    'custom',
    'have a model call it by a form of free text',
    'chat',
    chat({ id: 't', type: 'custom', custom: { name: 'shell', input: 'rm -rf /' } }),
  ),
  call(
    'untyped',
    'have a model call it by a form without a type',
    'chat',
    chat({ id: 't', function: SHELL }),
  ),
  call(
    'capitals',
    'have a model call an allowed tool in capitals',
    'chat',
    chat({ ...SHELL_CALL, function: { ...SHELL, name: 'SEARCH' } }),
  ),
  call(
    'responses',
    'have a response call it',
    'responses',
    json(response({ type: 'function_call', call_id: 't', ...SHELL })),
  ),
  call(
    'hosted',
    'have a response tell of a call that the provider has made',
    'responses',
    json(response({ type: 'mcp_call', id: 't', server_label: 'x', ...SHELL })),
  ),
  call(
    'messages',
    'have a message call it',
    'messages',
    json(message({ type: 'tool_use', id: 't', name: 'shell', input })),
  ),
  call(
    'server-tool',
    'have a message tell of a tool that the provider has run',
    'messages',
    json(message({ type: 'server_tool_use', id: 't', name: 'shell', input })),
  ),
  call('translated', 'have a completion call it behind a message', 'translated', chat(SHELL_CALL)),
];

import { REACHED, type NetworkAttack, type Order, type Surroundings } from '../network-attack.ts';
import { lines, toRouter } from '../sidecar-requests.ts';

/** Where the models are asked. */
export const CHAT = '/v1/chat/completions';
export const RESPONSES = '/v1/responses';
export const MESSAGES = '/v1/messages';

/** An address that is the agent's own, with what it would tell there. */
export const URL = 'https://evil.example/?secret';

/** A request by any method, whatever its body is. */
export const call = (
  method: string,
  path: string,
  body = '',
  ...headers: readonly string[]
): Order =>
  toRouter(
    lines(
      `${method} ${path} HTTP/1.1`,
      'host: localhost',
      ...(body === '' || headers.some((one) => one.startsWith('content-type')) ? [] : ['content-type: application/json']), // prettier-ignore
      `content-length: ${body.length}`,
      ...headers,
      'connection: close',
    ) + body,
  );

/** A request with a body of JSON. */
export const ask = (path: string, body: object, ...headers: readonly string[]): Order =>
  call('POST', path, JSON.stringify(body), ...headers);

/** A chat that is plain but for `more` and the parts of its message. */
export const chat = (more: object, content: unknown = 'x'): Order =>
  ask(CHAT, { model: 'small', messages: [{ role: 'user', content }], ...more });

/** A request for a response that is plain but for `more`. */
export const respond = (more: object): Order =>
  ask(RESPONSES, { model: 'small', input: 'x', ...more });

/** A request for a response with the parts of its message. */
export const respondTo = (...content: readonly object[]): Order =>
  respond({ input: [{ role: 'user', content }] });

/** A request for a message that is plain but for `more` and the blocks that it says. */
export const message = (more: object, content: unknown = 'x'): Order =>
  ask(MESSAGES, {
    model: 'small',
    max_tokens: 9,
    messages: [{ role: 'user', content }],
    ...more,
  });

/** An attack on the router that it refuses with a code, or in other words. */
export const router = (
  refused: string | RegExp,
  id: string,
  what: string,
  order: Order | ((around: Surroundings) => Order),
  more: Partial<NetworkAttack> = {},
): NetworkAttack => ({
  id,
  what,
  layer: 'model',
  orders: (around) => [typeof order === 'function' ? order(around) : order],
  succeeded: REACHED,
  refused: typeof refused === 'string' ? new RegExp(`\\b${refused}\\b`) : refused,
  ...more,
});

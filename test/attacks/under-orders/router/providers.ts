import {
  WORLD_PORT,
  type NetworkAttack,
  type Order,
  type Surroundings,
} from '../network-attack.ts';
import { chat } from './requests.ts';
import {
  answer,
  chunk,
  completion,
  events,
  failure,
  json,
  said,
  scripted,
} from './scripted-provider.ts';

/** Credential of the providers in the sandbox that is under orders. */
export const PROVIDER_KEY = 'sk-of-the-provider-5c1f';

/** Below this path of the world is the provider that may take over. */
export const SPARE = '/spare';

const attack = (
  id: string,
  what: string,
  order: (around: Surroundings) => Order,
  succeeded: RegExp,
  refused: RegExp,
): NetworkAttack => ({
  id: `provider-${id}`,
  what,
  layer: 'model',
  orders: (around) => [order(around)],
  succeeded,
  refused,
  needsOthers: true,
});

const KEY = new RegExp(PROVIDER_KEY);
const OK = completion(said('ok'));

/** The answer comes, and has a mark where the credential stood. */
const repeated = (id: string, what: string, told: string, more: object = {}): NetworkAttack =>
  attack(`repeats-${id}`, what, () => chat(more, scripted(told)), KEY, /<credential>|KARS_[A-Z_]+/);

const credentials: readonly NetworkAttack[] = [
  repeated(
    'error',
    'have the provider repeat its key in an error',
    failure('got the key {credential}', '401 Unauthorized'),
  ),
  repeated(
    'text',
    'have the provider repeat its key in an answer',
    json(completion(said('{credential}'))),
  ),
  repeated(
    'stream',
    'have the provider repeat its key in a stream',
    events(chunk({ content: '{credential}' })),
    { stream: true },
  ),
  repeated(
    'page',
    'have the provider repeat its key on a page of errors',
    answer('502 Bad Gateway', 'text/html', '<p>{credential}</p>'),
  ),
  attack(
    'repeats-header',
    'have the provider repeat its key in a header',
    () => chat({}, scripted(json(OK, '200 OK', 'x-received: {credential}'))),
    KEY,
    /"content":"ok"/,
  ),
];

const redirect = (id: string, what: string, status: string): NetworkAttack =>
  attack(
    id,
    what,
    ({ ipv4 }) => {
      const location = `location: http://${ipv4}:${WORLD_PORT}/elsewhere`;
      return chat({}, scripted(answer(status, 'text/plain', '', location)));
    },
    /reached[^]*\/elsewhere/,
    /KARS_[A-Z_]+/,
  );

/** The error goes to the client, and nobody else is asked. */
const failed = (id: string, what: string, message: string, status: string): NetworkAttack =>
  attack(
    id,
    what,
    () => chat({}, scripted(failure(message, status))),
    /reached[^]*\/spare/,
    new RegExp(message),
  );

const ways: readonly NetworkAttack[] = [
  redirect(
    'redirect',
    'have the provider send the router and its key elsewhere',
    '307 Temporary Redirect',
  ),
  redirect('redirect-get', 'have the provider send the router to a page', '303 See Other'),
  failed(
    'refusal',
    'have another provider decide anew what one has refused',
    'content filter',
    '400 Bad Request',
  ),
  failed(
    'fault',
    'have another provider asked by a request that makes one fail',
    'failed here',
    '500 Internal Server Error',
  ),
  attack(
    'cookie',
    'have the provider set a cookie in the agent',
    () => chat({}, scripted(json(OK, '200 OK', 'set-cookie: session=1'))),
    /set-cookie: session=1/i,
    /"content":"ok"/,
  ),
];

/** What a provider does that is in league with the agent. */
export const providers: readonly NetworkAttack[] = [...credentials, ...ways];

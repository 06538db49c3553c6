import type { NetworkAttack, Order, Surroundings } from '../network-attack.ts';
import { WORLD_PORT } from '../network-attack.ts';
import { GET, hold, lines, STILL_OPEN, toRouter } from '../sidecar-requests.ts';
import { processes } from 'kars-constructs/contract';
import { ask, call, router } from './requests.ts';

const route = (
  id: string,
  what: string,
  order: Order | ((around: Surroundings) => Order),
): NetworkAttack => router('KARS_ROUTE_UNKNOWN', id, what, order);
const post = (id: string, what: string, path: string, body: object = {}): NetworkAttack =>
  route(id, what, ask(path, body));
const get = (id: string, what: string, path: string): NetworkAttack =>
  route(id, what, call('GET', path));

/** Answers with a credential that works elsewhere. */
const credentials: readonly NetworkAttack[] = [
  post(
    'route-client-secret',
    'have the provider make a key for a client',
    '/v1/realtime/client_secrets',
    { session: { type: 'realtime', model: 'small' } },
  ),
  get('route-admin-keys', 'list the keys of the organization', '/v1/organization/admin_api_keys'),
  post('route-project-key', 'have the provider make a service account with a key', '/v1/organization/projects/p/service_accounts', { name: 'x' }), // prettier-ignore
  post('route-connection', 'have Foundry tell the credentials of a connection', '/connections/c/getConnectionWithCredentials'), // prettier-ignore
  get('route-mesh-token', 'get a token of the mesh, as the router of kars gives it', '/v1/mesh-token'), // prettier-ignore
  post('route-upload', 'get a signed address to upload to', '/datasets/d/versions/1/startPendingUpload', { pendingUploadType: 'BlobReference' }), // prettier-ignore
];

/** What the provider keeps for everybody who has its key. */
const state: readonly NetworkAttack[] = [
  get('route-response', 'read an answer to somebody else', '/v1/responses/resp_1'),
  get('route-chats', 'list the chats that the provider has kept', '/v1/chat/completions'),
  get('route-files', 'list the files of the organization', '/v1/files'),
  post('route-vector-store', 'have the provider fill a store', '/v1/vector_stores', { name: 'x', file_ids: ['file_1'] }), // prettier-ignore
  post('route-batch', 'hand in requests to be made later', '/v1/batches', {
    input_file_id: 'file_1',
    endpoint: '/v1/chat/completions',
    completion_window: '24h',
  }),
  post('route-message-batch', 'hand in messages to be made later', '/v1/messages/batches', { requests: [] }), // prettier-ignore
  post(
    'route-assistant',
    'have the provider keep an assistant with tools of its own',
    '/v1/assistants',
    { model: 'small', tools: [{ type: 'code_interpreter' }] },
  ),
  post(
    'route-tuning',
    'have the provider train a model on what the agent knows',
    '/v1/fine_tuning/jobs',
    { model: 'small', training_file: 'file_1' },
  ),
  post('route-container', 'have the provider start a container', '/v1/containers', { name: 'x' }),
  get('route-socket', 'turn a call into a connection that nobody reads', '/v1/realtime?model=small'), // prettier-ignore
];

/** What only somebody who runs the router may do. */
const levers: readonly NetworkAttack[] = [
  route('lever-model', 'choose the model of everybody, as the router of kars lets loopback', call('PUT', '/admin/model', '{"model":"huge"}')), // prettier-ignore
  post('lever-learn', 'have the proxy learn whatever is asked for', '/egress/learn', { enabled: true }), // prettier-ignore
  post('lever-fetch', 'have the router fetch a page', '/egress/fetch', { url: 'https://evil.example' }), // prettier-ignore
  post('lever-spawn', 'start another sandbox', '/sandbox/spawn', { name: 'other' }),
  route('lever-rate', 'raise the rates that it may have', call('PUT', '/agt/rate-limit', '{"global_rate":100000}')), // prettier-ignore
  post('lever-trust', 'vouch for an agent', '/agt/trust', { agent_id: 'other', score: 1000 }),
  post('lever-counter', 'count messages that nobody has signed', '/agt/signing-counter', { action: 'verified' }), // prettier-ignore
  post('lever-handoff', 'restore the state of another agent', '/agt/handoff/restore', { blob: '' }),
  route('lever-audit', 'remove what was recorded', call('DELETE', '/agt/audit')),
  get('lever-registry', 'use the router to ask the registry of the mesh', '/agt/registry/v1/agents'), // prettier-ignore
  get('lever-metrics', 'read what the router measures of everybody', '/metrics'),
];

/** Spellings of a path that one reader takes for another. */
const spellings: readonly NetworkAttack[] = [
  post(
    'provider-traversal',
    'climb from the chat to the files of the provider',
    '/v1/chat/completions/../../v1/files',
    { purpose: 'assistants' },
  ),
  post('route-encoded', 'climb by dots in escapes', '/v1/chat/completions/%2e%2e/%2e%2e/files', {}),
  post('route-slashes', 'write slashes twice', '//v1//files', {}),
  post('route-parameters', 'end a path by a semicolon', '/v1/chat/completions;/../files', {}),
  post('route-capitals', 'write a path in capitals', '/V1/FILES', {}),
  route(
    'router-relay',
    'use the router as a proxy, with a target in absolute form',
    ({ ipv4 }) =>
      toRouter(lines(`GET http://${ipv4}:${WORLD_PORT}/ HTTP/1.1`, `host: ${ipv4}`, 'connection: close')), // prettier-ignore
  ),
];

const connections: readonly NetworkAttack[] = [
  {
    id: 'router-tunnel',
    what: 'ask the router for a tunnel',
    layer: 'model',
    orders: ({ ipv4 }) => [
      toRouter(lines(`CONNECT ${ipv4}:${WORLD_PORT} HTTP/1.1`, `host: ${ipv4}`), { then: GET }),
    ],
    succeeded: /\breached\b/,
    needsOthers: true,
  },
  {
    id: 'held-router',
    what: 'begin a request to the router, and never end it',
    layer: 'model',
    orders: () => [hold(processes.router.agentPort)],
    succeeded: STILL_OPEN,
    needsOthers: true,
  },
];

/** Paths that no surface has. */
export const routes: readonly NetworkAttack[] = [
  ...credentials,
  ...state,
  ...levers,
  ...spellings,
  ...connections,
];

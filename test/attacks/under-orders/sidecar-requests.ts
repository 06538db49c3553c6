import { processes } from 'kars-constructs/contract';
import {
  REACHED,
  type NetworkAttack,
  type NetworkLayer,
  type Order,
  type Surroundings,
} from './network-attack.ts';

/** The end of a line of HTTP. */
export const CRLF = '\r\n';

/** The head of a request, or all of one without a body. */
export const lines = (...all: readonly string[]): string => [...all, '', ''].join(CRLF);

/** A request for what is behind a tunnel. */
export const GET = lines('GET /through HTTP/1.1', 'host: x', 'connection: close');

const to =
  (port: number) =>
  (bytes: string, more: object = {}): Order => ({ attempt: 'send', port, bytes, ...more });

/** Bytes as they are to the egress proxy. */
export const toProxy = to(processes['egress-proxy'].agentPort);

/** Bytes as they are to the router. */
export const toRouter = to(processes.router.agentPort);

/** A request to the proxy in absolute form. */
export const absolute = (url: string, host: string, ...headers: readonly string[]): Order =>
  toProxy(lines(`GET ${url} HTTP/1.1`, `host: ${host}`, ...headers, 'connection: close'));

/** An attack of one order, which has succeeded when it has reached somebody where nothing else is said. */
export const attackOn = (
  layer: NetworkLayer,
  id: string,
  what: string,
  order: (around: Surroundings) => Order,
  succeeded = REACHED,
): NetworkAttack => ({ id, what, layer, orders: (around) => [order(around)], succeeded });

/** Longer than a sidecar lets a head take, which it looks at each ten seconds. */
const LONG = 25;

/** Begins a request, and never ends it. */
export const hold = (port: number): Order => ({
  attempt: 'hold',
  port,
  bytes: `GET http://x/ HTTP/1.1${CRLF}host: x${CRLF}`,
  seconds: LONG,
});

/** What became of a request that somebody holds. */
export const STILL_OPEN = /still open/;

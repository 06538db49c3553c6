import {
  isIP,
  Socket,
  type LookupFunction,
  type SocketConstructorOpts,
  type TcpSocketConnectOpts,
} from 'node:net';
import {
  deny,
  formatAuthority,
  type Authority,
  type Deny,
  type EgressAllowlistPayload,
} from 'kars-constructs/contract';
import { unnamedAddress } from '../egress-policy/ranges.ts';
import { NameResolver, type ResolvedAddress } from '../service/name-resolver.ts';
import { limits, type Limits } from './limits.ts';
import { MeteredSocket, type Meter } from './metered-socket.ts';
import { RelayedSocket } from './relayed-socket.ts';
import { ParentProxyError, type ParentProxy } from '../service/parent-proxy.ts';
import { ownAddresses, type Interfaces } from '../service/own-addresses.ts';

/** How long the steps of a connection may take. */
export type DialTimes = Pick<Limits, 'resolveMilliseconds' | 'connectMilliseconds'>;

/** How names become connections. */
export interface Dialer {
  /** Every address of a name, at once where they are known. */
  readonly resolve: (
    host: string,
  ) => readonly ResolvedAddress[] | Promise<readonly ResolvedAddress[]>;
  /** Why an address may not be dialled at a port under an allow-list. */
  readonly forbidden: (
    address: string,
    port: number,
    allowlist: EgressAllowlistPayload,
  ) => string | undefined;
  /** How long resolving and connecting may take. */
  readonly times: DialTimes;
  /** What connections to names go through. @default they are dialled */
  readonly parent?: ParentProxy | undefined;
  /** Addresses to dial without resolving or checking, by `host:port`; from the process arguments only. */
  readonly overrides: ReadonlyMap<string, Authority>;
}

/** Resolves by the DNS servers of the pod; refuses what the allow-list does not stand for, and the pod itself. */
export function systemDialer(
  overrides: ReadonlyMap<string, Authority>,
  {
    interfaces,
    times = limits,
    parent,
  }: {
    readonly interfaces?: Interfaces;
    readonly times?: DialTimes;
    readonly parent?: ParentProxy | undefined;
  } = {},
): Dialer {
  const isOwn = ownAddresses(interfaces);
  const resolver = new NameResolver();
  return {
    resolve: (host) => resolver.known(host) ?? resolver.resolve(host),
    // Processes of the pod listen there, and the packet rules do not keep the proxy from them.
    forbidden: (address, port, allowlist) =>
      isOwn(address) ? 'of the pod itself' : unnamedAddress(address, port, allowlist),
    times,
    parent,
    overrides,
  };
}

/** Either a connection, or why there is none. */
export type Dialled =
  { readonly ok: true; readonly socket: Socket } | { readonly ok: false; readonly denial: Deny };

/** Where a target is; nothing else may be dialled for it. */
export interface Endpoints {
  readonly addresses: readonly ResolvedAddress[];
  readonly port: number;
  /** Where these are those of a parent proxy: it. */
  readonly through?: ParentProxy;
}

type CheckedEndpoints =
  | { readonly ok: true; readonly endpoints: Endpoints }
  | { readonly ok: false; readonly denial: Deny };

/** Where an allowed host and port are, or why none of their addresses may be dialled. */
export async function checkedEndpoints(
  target: Authority,
  allowlist: EgressAllowlistPayload,
  dialer: Dialer,
  rule: string,
): Promise<CheckedEndpoints> {
  const override = dialer.overrides.get(formatAuthority(target));
  if (override !== undefined) {
    const family = override.host.includes(':') ? 6 : 4;
    const addresses = [{ address: override.host, family }] as const;
    return { ok: true, endpoints: { addresses, port: override.port } };
  }
  const { parent } = dialer;
  if (parent !== undefined && isIP(target.host) === 0) return endpointsOf(parent, rule);
  const addresses = await addressesOf(target.host, dialer);
  if (addresses.length === 0) {
    const reason = `${target.host} has no address`;
    return { ok: false, denial: deny('KARS_EGRESS_RESOLVE_FAILED', rule, reason) };
  }
  const why = addresses
    .map(({ address }) => dialer.forbidden(address, target.port, allowlist))
    .find((text) => text !== undefined);
  if (why !== undefined) {
    const reason = `${target.host} has an address that it may not have here (${why})`;
    return { ok: false, denial: deny('KARS_EGRESS_ADDRESS_FORBIDDEN', rule, reason) };
  }
  return { ok: true, endpoints: { addresses, port: target.port } };
}

/** The parent proxy resolves the names of hosts; what an entry names by its address is dialled without it. */
async function endpointsOf(parent: ParentProxy, rule: string): Promise<CheckedEndpoints> {
  try {
    const addresses = await parent.addresses();
    return { ok: true, endpoints: { addresses, port: parent.authority.port, through: parent } };
  } catch (error) {
    return { ok: false, denial: parentDenial(error, rule) };
  }
}

/** @throws whatever is no matter of the parent proxy. */
function parentDenial(error: unknown, rule: string): Deny {
  if (error instanceof ParentProxyError) return deny(error.code, rule, error.message);
  throw error;
}

/** An address stands for itself; a name is asked for once, and what comes is what is checked and dialled. */
async function addressesOf(host: string, dialer: Dialer): Promise<readonly ResolvedAddress[]> {
  const family = isIP(host);
  if (family === 4 || family === 6) return [{ address: host, family }];
  const found = dialer.resolve(host);
  return found instanceof Promise ? inTime(found, dialer) : found;
}

async function inTime(
  found: Promise<readonly ResolvedAddress[]>,
  dialer: Dialer,
): Promise<readonly ResolvedAddress[]> {
  const { promise: late, resolve } = Promise.withResolvers<[]>();
  const timer = setTimeout(() => resolve([]), dialer.times.resolveMilliseconds);
  try {
    return await Promise.race([found, late]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

/** How a host is connected to. */
export interface HowToDial {
  readonly times: DialTimes;
  /** Counts every byte of the connection; nothing is counted without it. */
  readonly meter: Meter | undefined;
  /** Whether bytes of the host may come before any of the client. */
  readonly hostMaySpeakFirst: boolean;
  /** Whether the bytes of the host are piped on, and read by nobody here. */
  readonly isRelayed: boolean;
}

/** Connects to a host, or has the parent proxy do so. */
export async function dial(
  target: Authority,
  endpoints: Endpoints,
  rule: string,
  how: HowToDial,
): Promise<Dialled> {
  const { through: parent } = endpoints;
  if (parent === undefined) return open(target.host, endpoints, rule, how);
  const failed = (reason: string): Dialled => ({
    ok: false,
    denial: deny('KARS_PARENT_PROXY_FAILED', rule, reason),
  });
  // Its answer is read.
  const opened = await open(parent.authority.host, endpoints, rule, { ...how, isRelayed: false });
  if (!opened.ok) return failed(`the parent proxy cannot be reached: ${opened.denial.reason}`);
  const { socket } = opened;
  try {
    const rest = await parent.tunnel(socket, target, how.times.connectMilliseconds);
    if (rest.length > 0 && !how.hostMaySpeakFirst) {
      // No server of TLS or HTTP speaks first: these are not bytes of the host that the client talks to.
      socket.destroy();
      return failed(`bytes came for ${target.host} behind the answer of the parent proxy, unasked`);
    }
    if (rest.length > 0) socket.unshift(rest);
    return opened;
  } catch (error) {
    return { ok: false, denial: parentDenial(error, rule) };
  }
}

/** Tries the addresses as RFC 8305 says; the name itself is never resolved again. */
function open(
  host: string,
  { addresses, port }: Endpoints,
  rule: string,
  { times, meter, isRelayed }: HowToDial,
): Promise<Dialled> {
  const { promise, resolve } = Promise.withResolvers<Dialled>();
  const options = { allowHalfOpen: true, noDelay: true, keepAlive: true };
  const socket = isRelayed ? new RelayedSocket(meter, options) : socketFor(meter, options);
  socket.setTimeout(times.connectMilliseconds);
  socket.connect({ ...checked(addresses, host), port });
  // The other side may break a connection before anybody uses it; the close that follows is what counts.
  socket.on('error', () => undefined);
  const fail = (why: string): void => {
    socket.destroy();
    const reason = `no address of ${host} accepts a connection on port ${port} (${why})`;
    resolve({ ok: false, denial: deny('KARS_EGRESS_CONNECT_FAILED', rule, reason) });
  };
  const onError = (error: NodeJS.ErrnoException): void => fail(error.code ?? 'error');
  const onTimeout = (): void => fail('timeout');
  socket.once('error', onError);
  socket.once('timeout', onTimeout);
  socket.once('connect', () => {
    socket.off('error', onError);
    socket.off('timeout', onTimeout);
    socket.setTimeout(0);
    resolve({ ok: true, socket });
  });
  return promise;
}

const socketFor = (meter: Meter | undefined, options: SocketConstructorOpts): Socket =>
  meter === undefined ? new Socket(options) : new MeteredSocket(meter, options);

/** What Node.js connects to: an only address itself, since a choice among one costs as much as one among many. */
function checked(
  addresses: readonly ResolvedAddress[],
  host: string,
): Pick<TcpSocketConnectOpts, 'host' | 'lookup' | 'autoSelectFamily'> {
  const [only, ...more] = addresses;
  if (only !== undefined && more.length === 0) return { host: only.address };
  const lookup: LookupFunction = (_host, _options, callback) =>
    callback(
      null,
      addresses.map(({ address, family }) => ({ address, family })),
    );
  return { host, lookup, autoSelectFamily: true };
}

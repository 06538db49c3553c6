import { isIP, Socket, type LookupFunction, type TcpSocketConnectOpts } from 'node:net';
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
import { ownAddresses, type Interfaces } from '../service/own-addresses.ts';

/** How long the steps of a connection may take. */
export type DialTimes = Pick<Limits, 'resolveMilliseconds' | 'connectMilliseconds'>;

/** How names become connections. */
export interface Dialer {
  /** Every address of a name. */
  readonly resolve: (host: string) => Promise<readonly ResolvedAddress[]>;
  /** Why an address may not be dialled at a port under an allow-list. */
  readonly forbidden: (
    address: string,
    port: number,
    allowlist: EgressAllowlistPayload,
  ) => string | undefined;
  /** How long resolving and connecting may take. */
  readonly times: DialTimes;
  /** Addresses to dial without resolving or checking, by `host:port`; from the process arguments only. */
  readonly overrides: ReadonlyMap<string, Authority>;
}

/** Resolves by the DNS servers of the pod; refuses what the allow-list does not stand for, and the pod itself. */
export function systemDialer(
  overrides: ReadonlyMap<string, Authority>,
  {
    interfaces,
    times = limits,
  }: { readonly interfaces?: Interfaces; readonly times?: DialTimes } = {},
): Dialer {
  const isOwn = ownAddresses(interfaces);
  const resolver = new NameResolver();
  return {
    resolve: (host) => resolver.resolve(host),
    // Processes of the pod listen there, and the packet rules do not keep the proxy from them.
    forbidden: (address, port, allowlist) =>
      isOwn(address) ? 'of the pod itself' : unnamedAddress(address, port, allowlist),
    times,
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
}

/** Where an allowed host and port are, or why none of their addresses may be dialled. */
export async function checkedEndpoints(
  target: Authority,
  allowlist: EgressAllowlistPayload,
  dialer: Dialer,
  rule: string,
): Promise<{ readonly ok: true; readonly endpoints: Endpoints } | { ok: false; denial: Deny }> {
  const override = dialer.overrides.get(formatAuthority(target));
  if (override !== undefined) {
    const family = override.host.includes(':') ? 6 : 4;
    const addresses = [{ address: override.host, family }] as const;
    return { ok: true, endpoints: { addresses, port: override.port } };
  }
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

/** An address stands for itself; a name is asked for once, and what comes is what is checked and dialled. */
async function addressesOf(host: string, dialer: Dialer): Promise<readonly ResolvedAddress[]> {
  const family = isIP(host);
  if (family === 4 || family === 6) return [{ address: host, family }];
  return resolveInTime(host, dialer);
}

async function resolveInTime(host: string, dialer: Dialer): Promise<readonly ResolvedAddress[]> {
  const { promise: late, resolve } = Promise.withResolvers<[]>();
  const timer = setTimeout(() => resolve([]), dialer.times.resolveMilliseconds);
  try {
    return await Promise.race([dialer.resolve(host), late]);
  } catch {
    return [];
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Connects to a host: tries its addresses as RFC 8305 says; the name itself is never resolved again.
 *
 * @param meter counts every byte of the connection; nothing is counted without it
 */
export function dial(
  host: string,
  { addresses, port }: Endpoints,
  rule: string,
  { times, meter }: { readonly times: DialTimes; readonly meter: Meter | undefined },
): Promise<Dialled> {
  const { promise, resolve } = Promise.withResolvers<Dialled>();
  const options = { allowHalfOpen: true, noDelay: true, keepAlive: true };
  const socket = meter === undefined ? new Socket(options) : new MeteredSocket(meter, options);
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

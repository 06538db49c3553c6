import type { Socket } from 'node:net';
import { normalAddress, type Authority } from 'kars-constructs/contract';

/**
 * Where a connection wanted to go before the packet rules redirected it: an address and a port, `direct`
 * when it wanted to come here, or `unknown` when the kernel does not say.
 */
export type OriginalDestination = Authority | 'direct' | 'unknown';

/** Asks for the original destination of an accepted connection. */
export type DestinationReader = (socket: Socket) => OriginalDestination;

/** `sockaddr_in` and `sockaddr_in6`, as Linux lays them out. @see ip(7), ipv6(7) */
const ADDRESS_BYTES = 28;
const AF_INET = 2;
const AF_INET6 = 10;

/** `SO_ORIGINAL_DST` and `IP6T_SO_ORIGINAL_DST` of netfilter. */
const ORIGINAL_DESTINATION = 80;
const LEVELS = { IPv4: 0, IPv6: 41 } as const;

/**
 * Reads it from the connection tracking of the kernel, which Node.js has no call for. The native module
 * that makes the call is loaded here, since local runs, which redirect nothing, do without it.
 *
 * @throws Error when it or the C library cannot be loaded.
 */
export async function kernelDestinations(): Promise<DestinationReader> {
  const { default: koffi } = await import('koffi/indirect');
  const { ENOENT, ENOPROTOOPT } = koffi.os.errno;
  // No redirect, no connection tracking in this network namespace, or no module for it.
  const notRedirected: ReadonlySet<number | undefined> = new Set([ENOENT, ENOPROTOOPT]);
  const getsockopt = koffi
    .load('libc.so.6')
    .func('int getsockopt(int, int, int, _Out_ uint8_t *, _Inout_ uint32_t *)');
  return (socket) => {
    const family = socket.remoteFamily;
    const descriptor = descriptorOf(socket);
    if (descriptor === undefined || (family !== 'IPv4' && family !== 'IPv6')) return 'unknown';
    const bytes = Buffer.alloc(ADDRESS_BYTES);
    const size = [ADDRESS_BYTES];
    const result: unknown = getsockopt(
      descriptor,
      LEVELS[family],
      ORIGINAL_DESTINATION,
      bytes,
      size,
    );
    if (result !== 0) return notRedirected.has(koffi.errno()) ? 'direct' : 'unknown';
    const destination = parseSocketAddress(bytes);
    if (destination === undefined) return 'unknown';
    const { localAddress = '', localPort } = socket;
    const isHere =
      destination.host === normalAddress(localAddress) && destination.port === localPort;
    return isHere ? 'direct' : destination;
  };
}

/** An address and port of the kernel; undefined for another family. */
export function parseSocketAddress(bytes: Buffer): Authority | undefined {
  const family = bytes.readUInt16LE(0);
  const port = bytes.readUInt16BE(2);
  const text =
    family === AF_INET
      ? bytes.subarray(4, 8).join('.')
      : family === AF_INET6
        ? [0, 2, 4, 6, 8, 10, 12, 14].map((at) => bytes.readUInt16BE(8 + at).toString(16)).join(':')
        : '';
  const host = normalAddress(text);
  return host === undefined ? undefined : { host, port };
}

/** The file descriptor, which Node.js keeps to itself. */
function descriptorOf(socket: Socket): number | undefined {
  const { _handle: handle } = socket as unknown as { readonly _handle?: { readonly fd?: unknown } };
  const descriptor = handle?.fd;
  return typeof descriptor === 'number' && descriptor >= 0 ? descriptor : undefined;
}

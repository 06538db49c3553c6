import { isIPv4, isIPv6 } from 'node:net';
import { normalAddress } from './ip.ts';

/** What the URL parser makes of an IPv4 address in any spelling; IPv6 ones have brackets, which no name has. */
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;

/**
 * Why `host` is not an exact host name in normal form, or undefined when it is.
 *
 * Normal form is what the WHATWG URL parser makes of a host name: lower case, UTS-46 Punycode, no
 * trailing dot. Address literals in any spelling that the parser knows are no host names.
 *
 * @see https://url.spec.whatwg.org/#host-parsing
 */
export function hostFault(host: string): string | undefined {
  if (host.includes('*'))
    return `got ${quote(host)}, supply a host name, or "*." and a suffix for every host below it`;
  const normal = normalHost(host);
  if (normal === undefined) {
    const meant = hostWithin(host) ?? 'api.example.com';
    return `got ${quote(host)}, supply a host name such as ${quote(meant)}`;
  }
  if (normal !== host) return `got ${quote(host)}, supply its normal form ${quote(normal)}`;
  if (normal === 'localhost' || normal.endsWith('.localhost')) {
    return `got ${quote(host)}, which is the machine itself; supply a host elsewhere`;
  }
  return undefined;
}

/** What stands before the suffix of a pattern. */
const WILDCARD = '*.';

/**
 * Why `pattern` is neither an exact host name in normal form nor `*.suffix`, or undefined when it is.
 * A suffix of one label would be a whole top-level domain.
 */
export function hostPatternFault(pattern: string): string | undefined {
  const suffix = suffixOf(pattern);
  if (suffix === undefined) return hostFault(pattern);
  const fault = hostFault(suffix);
  if (fault !== undefined) return `${fault} behind "*."`;
  return suffix.includes('.')
    ? undefined
    : `got ${quote(pattern)}, supply a suffix of two labels or more such as "*.api.example.com"`;
}

/** The suffix of a pattern `*.suffix`, which every host below it has; undefined for an exact host. */
export const suffixOf = (pattern: string): string | undefined =>
  pattern.startsWith(WILDCARD) ? pattern.slice(WILDCARD.length) : undefined;

/** The host that somebody meant who wrote a URL, or a host with a port. */
function hostWithin(text: string): string | undefined {
  const [, name] = /^(?:[a-z]+:\/\/)?([^/:@?#]+)(?::\d+)?(?:\/[^@]*)?$/i.exec(text) ?? [];
  return name === undefined ? undefined : normalHost(name);
}

/** The normal form of a host name; undefined for an address literal or what is no host name at all. */
export function normalHost(host: string): string | undefined {
  if (!/^[^\s/?#@:\\[\]%]{1,255}$/u.test(host)) return undefined;
  const parsed = parseHost(host.endsWith('.') ? host.slice(0, -1) : host);
  if (parsed === undefined || IPV4.test(parsed)) return undefined;
  const labels = parsed.split('.');
  return parsed.length <= 253 &&
    labels.every((label) => /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label))
    ? parsed
    : undefined;
}

function parseHost(host: string): string | undefined {
  return URL.canParse(`http://${host}/`) ? new URL(`http://${host}/`).hostname : undefined;
}

/** Why a number is not a TCP port, or undefined when it is one. */
export const portFault = (port: number): string | undefined =>
  Number.isInteger(port) && port >= 1 && port <= 65_535
    ? undefined
    : `got ${port}, supply a port from 1 to 65535`;

/** A host with a port. */
export interface Authority {
  /** A host name or an address in normal form; an IPv6 one without brackets. */
  readonly host: string;
  readonly port: number;
}

/**
 * Reads `host:port` of a CONNECT request, the host in normal form. There is no default port, and an
 * address literal is not a host name: both give undefined.
 *
 * @see RFC 9112 section 3.2.3
 */
export function parseAuthority(text: string): Authority | undefined {
  const match = /^([^:]+):([0-9]{1,5})$/.exec(text);
  if (match === null) return undefined;
  const [, name = '', digits = ''] = match;
  const host = normalHost(name);
  const port = Number(digits);
  return host !== undefined && portFault(port) === undefined ? { host, port } : undefined;
}

/**
 * Reads the target of a CONNECT request: what {@link parseAuthority} reads, or an address in its usual
 * spelling. IPv4 in octal, hexadecimal or one number gives undefined.
 */
export function parseTarget(text: string): Authority | undefined {
  const [, bracketed, plain = '', digits = ''] =
    /^(?:\[([0-9A-Fa-f:.]+)\]|([0-9.]+)):([0-9]{1,5})$/.exec(text) ?? [];
  const isAddress = bracketed === undefined ? isIPv4(plain) : isIPv6(bracketed);
  if (!isAddress) return parseAuthority(text);
  const host = normalAddress(bracketed ?? plain);
  const port = Number(digits);
  return host !== undefined && portFault(port) === undefined ? { host, port } : undefined;
}

/** A host and port as one text, an IPv6 address in brackets. */
export const formatAuthority = ({ host, port }: Authority): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

const quote = (text: string): string => JSON.stringify(text);

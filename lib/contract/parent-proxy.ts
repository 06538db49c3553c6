import { isIP } from 'node:net';
import * as z from 'zod';
import { canonicalJson } from './canonical.ts';
import { contains, parseAddress, parseRange } from './ip.ts';
import { formatAuthority, parseTarget, type Authority } from './names.ts';
import { failure, success, type Problem, type Result } from './problem.ts';
import { interpreted, problemsOf } from './schema-problems.ts';
import { cidrFault } from './special-addresses.ts';

/** Directory with the credentials for the parent proxy; no container of the agent mounts it. */
export const PARENT_PROXY_DIR = '/run/kars/parent-proxy';

/** File below {@link PARENT_PROXY_DIR}: `user:password`. */
export const PARENT_PROXY_FILE = 'credentials';

/** Beginning of the argument of a sidecar that says which proxy its connections go through. */
export const PARENT_PROXY = '--parent-proxy=';

/** The argument of a sidecar that has it sign in at its parent proxy. */
export const PARENT_PROXY_CREDENTIALS = `--parent-proxy-credentials=${PARENT_PROXY_DIR}/${PARENT_PROXY_FILE}`;

const SCHEME = 'http://';

const place = z.strictObject({ url: z.string().max(300), ranges: z.array(z.string().max(64)) });

/** A proxy of HTTP that connections to hosts go through, and the ranges that its addresses are in. */
export type ParentProxyPlace = Readonly<z.output<typeof place>>;

/** Host and port of a URL such as `http://proxy.example.com:3128`; undefined for any other. */
export function parentAuthority(url: string): Authority | undefined {
  const authority = url.startsWith(SCHEME) ? parseTarget(url.slice(SCHEME.length)) : undefined;
  return authority !== undefined && `${SCHEME}${formatAuthority(authority)}` === url
    ? authority
    : undefined;
}

/** Everything that is wrong with a parent proxy, behind `path`. */
export function parentProxyProblems({ url, ranges }: ParentProxyPlace, path: string): Problem[] {
  const problem = (at: string, message: string): Problem => ({
    path: `${path}.${at}`,
    code: 'KARS_PARENT_PROXY',
    message,
  });
  const authority = parentAuthority(url);
  const faults = ranges.flatMap((range, index) => {
    const fault = cidrFault(range);
    return fault === undefined ? [] : [problem(`ranges[${index}]`, fault)];
  });
  if (authority === undefined) {
    const text = `got ${JSON.stringify(url)}, supply a URL with a host in normal form and a port, such as "http://proxy.example.com:3128"`;
    return [problem('url', text), ...faults];
  }
  if (ranges.length === 0 || ranges.length > 16) {
    return [problem('ranges', 'supply 1 to 16 ranges that the addresses of the proxy are in')];
  }
  const isOutside = isIP(authority.host) !== 0 && !inRanges(authority.host, ranges);
  return isOutside
    ? [...faults, problem('ranges', `got none that has ${authority.host}, supply one`)]
    : faults;
}

/** Whether an address is in one of these ranges. */
export function inRanges(address: string, ranges: readonly string[]): boolean {
  const parsed = parseAddress(address);
  return ranges.some((text) => {
    const range = parseRange(text);
    return parsed !== undefined && range !== undefined && contains(range, parsed);
  });
}

/** One spelling, since admission compares arguments as texts. */
export const encodeParentProxy = ({ url, ranges }: ParentProxyPlace): string =>
  canonicalJson({ url, ranges: [...ranges] });

/** Reads the argument of a process. */
export function decodeParentProxy(text: string): Result<ParentProxyPlace> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = undefined;
  }
  const parsed = place.safeParse(json, interpreted);
  if (!parsed.success) {
    return failure(...problemsOf(parsed.error, 'KARS_PARENT_PROXY', 'parentProxy'));
  }
  const problems = parentProxyProblems(parsed.data, 'parentProxy');
  return problems.length > 0 ? failure(...problems) : success(parsed.data);
}

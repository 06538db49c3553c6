import * as z from 'zod';
import type { Problem } from '../../problem.ts';

/** What may be asked of a host by plain HTTP; without a member everything of its kind may, upgrades aside. */
export const egressHttp = () =>
  z.strictObject({
    methods: z
      .array(z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']))
      .min(1)
      .max(7)
      .optional()
      .describe('Methods; every one when absent.'),
    pathPrefixes: z
      .array(z.string().max(1024))
      .min(1)
      .max(64)
      .optional()
      .describe('Beginnings of paths, compared by whole segments; every path when absent.'),
    upgrade: z
      .array(z.enum(['websocket']))
      .max(1)
      .optional()
      .describe('Protocols that a request may switch to; none when absent.'),
  });

/** What may be asked of a host by plain HTTP. */
export type EgressHttp = z.output<ReturnType<typeof egressHttp>>;

/** Everything that is wrong with prefixes that no request could have, or that two programs read in two ways. */
export function httpProblems({ pathPrefixes = [] }: EgressHttp): Problem[] {
  return pathPrefixes.flatMap((prefix, index): Problem[] => {
    const message = pathFault(prefix);
    return message === undefined
      ? []
      : [{ path: `http.pathPrefixes[${index}]`, code: 'KARS_EGRESS_HTTP', message }];
  });
}

function pathFault(prefix: string): string | undefined {
  const got = JSON.stringify(prefix);
  if (!prefix.startsWith('/')) return `got ${got}, supply a path such as "/v1/"`;
  const { pathname } = new URL(`http://host.example${prefix}`);
  if (pathname !== prefix) {
    return `got ${got}, supply a path in normal form without query such as ${JSON.stringify(pathname)}`;
  }
  const why = ambiguity(prefix);
  return why === undefined ? undefined : `got ${got}, which has ${why}; supply a plain path`;
}

/**
 * What makes servers disagree about the segments of a path in the normal form of the URL parser, or
 * undefined when nothing does. Where prefixes decide, such a path is refused.
 *
 * @see RFC 3986 section 3.3
 */
export function ambiguity(path: string): string | undefined {
  if (/%(?:2f|5c)/i.test(path)) return 'an encoded slash';
  if (/%(?:25)+(?:2e|2f|5c)/i.test(path)) return 'a separator that is encoded twice';
  if (/%(?:0[0-9a-f]|1[0-9a-f]|7f)/i.test(path)) return 'an encoded control character';
  if (path.includes('//')) return 'an empty segment';
  if (path.includes(';')) return 'a parameter of a segment';
  return undefined;
}

/** The same content in one order, without duplicates. */
export function normalHttp({ methods, pathPrefixes, upgrade }: EgressHttp): EgressHttp {
  return {
    ...(methods === undefined ? {} : { methods: unique(methods) }),
    ...(pathPrefixes === undefined ? {} : { pathPrefixes: unique(pathPrefixes) }),
    ...(upgrade === undefined || upgrade.length === 0 ? {} : { upgrade: unique(upgrade) }),
  };
}

const unique = <T extends string>(list: readonly T[]): T[] => [...new Set(list)].sort();

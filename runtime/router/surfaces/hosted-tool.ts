import type { Deny, ProviderAct } from 'kars-constructs/contract';
import { first, isNothing, isRecord, refuseUnknown } from './reach.ts';

/** A tool that runs at the provider, or what a conversation says of its use. */
export interface Hosted {
  readonly act: ProviderAct;
  /** Members that it may have. */
  readonly members: ReadonlySet<string>;
}

/** One with these members, and those that each has. */
export const hosted = (act: ProviderAct, ...members: readonly string[]): Hosted => ({
  act,
  members: new Set(['type', ...members]),
});

/** As many names of tools as a policy lists. */
export const MOST_NAMES = 1024;

/** Headers by which a host that is named serves another, or that are of the connection. */
const OF_CONNECTION =
  /^(:.*|connection|content-length|expect|forwarded|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade|x-forwarded-.*|x-original-.*|x-rewrite-.*)$/i;

/** Refuses headers for an MCP server that lead elsewhere than its URL. */
export function refuseServerHeaders(at: string, headers: unknown): Deny | undefined {
  if (isNothing(headers)) return undefined;
  if (!isRecord(headers)) return refuseUnknown(`${at} that are no object`);
  return first(Object.entries(headers), ([name, value]) =>
    OF_CONNECTION.test(name.trim()) || typeof value !== 'string'
      ? refuseUnknown(`${at}.${name}`)
      : undefined,
  );
}

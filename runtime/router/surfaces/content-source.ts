import type { Deny } from 'kars-constructs/contract';
import { first, isNothing, isRecord, refuseAct, refuseUnknown, type Reach } from './reach.ts';

/** Members of a source that say nothing about where it is. */
const BESIDE_SOURCE = ['detail', 'filename', 'format'];

/**
 * Refuses content that is somewhere else, where the provider would fetch it or has kept it, if it may not.
 *
 * @param member what has content itself, as data URL or in base64.
 */
export function refuseSource(
  at: string,
  source: unknown,
  member: string,
  reach: Reach,
): Deny | undefined {
  const given = isRecord(source) ? source : { [member]: source };
  return first(Object.entries(given), ([name, value]) => {
    if (BESIDE_SOURCE.includes(name) || isNothing(value)) return undefined;
    if (name === member && isContent(member, value)) return undefined;
    if (name.endsWith('url')) {
      return reach.refuseUrl('FetchUrls', `${at}.${name}, which the provider would fetch`, value);
    }
    if (name === 'file_id') {
      return reach.refuse('StoredFiles', `${at}.file_id, a file that the provider has kept`);
    }
    return name === member
      ? refuseAct(`${at}.${name} that is no content itself`)
      : refuseUnknown(`${at}.${name}`);
  });
}

/** RFC 2397. */
const DATA_URL = /^data:/i;

/** RFC 4648, with the breaks of lines that encoders make. */
const BASE64 = /^[A-Za-z0-9+/=_\s-]*$/;

/** Whether a value is content itself, and does not say where to find it. */
const isContent = (member: string, value: unknown): boolean =>
  typeof value === 'string' &&
  (DATA_URL.test(value) || (!member.endsWith('url') && BASE64.test(value)));

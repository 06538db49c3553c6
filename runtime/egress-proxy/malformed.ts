import { deny, type Deny } from 'kars-constructs/contract';
import type { Limits } from './limits.ts';

/**
 * The refusal of bytes that the HTTP parser gave up on; undefined for a connection that just broke.
 *
 * @see https://nodejs.org/api/http.html#event-clienterror
 */
export function malformedRequest(error: NodeJS.ErrnoException, bounds: Limits): Deny | undefined {
  const { code = '' } = error;
  if (code === 'HPE_HEADER_OVERFLOW') {
    const reason = `the headers are over ${bounds.headerBytes} bytes`;
    return deny('KARS_REQUEST_TOO_LARGE', 'egress proxy', reason);
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    const reason = `the headers did not end within ${bounds.headerMilliseconds} ms`;
    return deny('KARS_REQUEST_INVALID', 'egress proxy', reason);
  }
  return code.startsWith('HPE_')
    ? deny('KARS_REQUEST_INVALID', 'egress proxy', `not a request of HTTP/1.1 (${code})`)
    : undefined;
}

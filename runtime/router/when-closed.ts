import type { ServerResponse } from 'node:http';

/** Calls when a response is closed, also when it is already: a client may go away before a call begins. */
export function whenClosed(response: ServerResponse, then: () => void): void {
  if (response.closed) then();
  else response.once('close', then);
}

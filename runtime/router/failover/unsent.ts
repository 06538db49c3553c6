/** Errors of a name that has no address, and of a connection that nobody answers. */
const BEFORE_CONNECTED: ReadonlySet<string> = new Set([
  'EAI_AGAIN',
  'ENOTFOUND',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/**
 * Whether an error says that no connection was made, and so that nothing was sent. The network can refuse one
 * that is there too, with the same codes: what failed tells them apart.
 */
export function isUnsent(error: unknown): boolean {
  // Of a name with several addresses, each of which was tried.
  if (error instanceof AggregateError)
    return error.errors.length > 0 && error.errors.every((each) => isUnsent(each));
  if (!(error instanceof Error)) return false;
  if ('syscall' in error && error.syscall === 'connect') return true;
  return 'code' in error && BEFORE_CONNECTED.has(String(error.code));
}

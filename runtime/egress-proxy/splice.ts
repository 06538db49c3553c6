import type { Duplex } from 'node:stream';

/**
 * Carries bytes in both directions until both have ended, and both connections are closed. Plain pipes,
 * since `pipeline` makes two abort controllers and a dozen listeners for each tunnel.
 */
export async function splice(one: Duplex, other: Duplex): Promise<void> {
  const closed = [whenClosed(one, other), whenClosed(other, one)];
  one.pipe(other);
  other.pipe(one);
  await Promise.all(closed);
}

/** A connection that broke, rather than ended both ways, takes the other one with it. */
function whenClosed(connection: Duplex, other: Duplex): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      if (!connection.readableEnded || !connection.writableFinished) other.destroy();
      resolve();
    };
    // Either may break at any time, which its close tells.
    connection.on('error', () => undefined);
    if (connection.closed) end();
    else connection.once('close', end);
  });
}

import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** Carries bytes in both directions until both have ended; then both connections are closed. */
export async function splice(one: Duplex, other: Duplex): Promise<void> {
  try {
    await Promise.all([pipeline(one, other), pipeline(other, one)]);
  } catch {
    // Either end may break a connection at any time; what matters is that both are closed.
  } finally {
    one.destroy();
    other.destroy();
  }
}

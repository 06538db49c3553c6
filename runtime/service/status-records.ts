import type { StatusRecord } from 'kars-constructs/contract';
import type { Log } from './log.ts';

const SECOND = 1000;

/** How often an unchanged status is repeated, in looks: the newest one has to be near the end of the log. */
const LOOKS = 60;

/**
 * Writes the status of the process to its log: now, when it changes, and once a minute.
 *
 * @returns ends it
 */
export function writeStatus(
  log: Log,
  status: () => Omit<StatusRecord, 'time' | 'event'>,
  lookMilliseconds = SECOND,
): () => void {
  let written = '';
  let looks = 0;
  const look = (): void => {
    const { ready, reason, set, refused } = status();
    const now = JSON.stringify([ready, reason, set, refused]);
    looks += 1;
    if (now === written && looks < LOOKS) return;
    written = now;
    looks = 0;
    log.info('status', { ready, reason, set, refused });
  };
  look();
  const timer = setInterval(look, lookMilliseconds);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

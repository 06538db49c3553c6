import type { SidecarStatus } from 'kars-constructs/contract';
import type { Log } from './log.ts';

const SECOND = 1000;

/** How often an unchanged status is repeated, in looks: the newest one has to be near the end of the log. */
const LOOKS = 60;

/** Members that differ at every look, so that a change of them is worth no record of its own. */
const FLOWING: ReadonlySet<string> = new Set(['left', 'until']);

/**
 * Writes the status of the process to its log: now, when it changes, and once a minute.
 *
 * @returns ends it
 */
export function writeStatus(
  log: Log,
  status: () => SidecarStatus,
  lookMilliseconds = SECOND,
): () => void {
  let written = '';
  let looks = 0;
  const look = (): void => {
    const current = status();
    const now = JSON.stringify(current, (name, value: unknown) =>
      FLOWING.has(name) ? undefined : value,
    );
    looks += 1;
    if (now === written && looks < LOOKS) return;
    written = now;
    looks = 0;
    log.info('status', { ...current });
  };
  look();
  const timer = setInterval(look, lookMilliseconds);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

import type { Log } from './log.ts';

const DEADLINE_MILLISECONDS = 20_000;

/**
 * Runs `stop` once when the process is asked to end, and ends it. A stop that takes longer than 20
 * seconds is cut off, which stays below the 30 seconds that a pod gets.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
 */
export function stopOnSignal(log: Log, stop: () => Promise<void>): void {
  const end = (signal: string): void => {
    log.info('stopping', { signal });
    const deadline = setTimeout(() => process.exit(1), DEADLINE_MILLISECONDS);
    deadline.unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('stop-failed', { error: String(error) });
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

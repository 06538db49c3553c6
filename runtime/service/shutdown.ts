import type { Log } from './log.ts';

const DEADLINE_MILLISECONDS = 20_000;

/**
 * Runs `stop` once when the process is asked to end, and ends it. A stop that takes longer than 20
 * seconds is cut off, which stays below the 30 seconds that a pod gets. The exit code of a process that
 * was not ready is 1: then the kubelet keeps the last lines of its log, which say why.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-termination
 */
export function stopOnSignal(
  log: Log,
  notReady: () => string | undefined,
  stop: () => Promise<void>,
): void {
  const end = (signal: string): void => {
    const reason = notReady();
    log.info('stopping', { signal, ...(reason === undefined ? {} : { notReady: reason }) });
    const deadline = setTimeout(() => process.exit(1), DEADLINE_MILLISECONDS);
    deadline.unref();
    stop().then(
      () => process.exit(reason === undefined ? 0 : 1),
      (error: unknown) => {
        log.error('stop-failed', { error: String(error) });
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', end);
  process.once('SIGINT', end);
}

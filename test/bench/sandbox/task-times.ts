import { spawn } from 'node:child_process';
import { paths } from '../../cluster/node/paths.ts';

/** How long containers ran, by the events of containerd: a pod's status has whole seconds only. */
export interface TaskTimes {
  /** Milliseconds from start to end of a container that has ended. */
  readonly of: (id: string) => number;
  readonly stop: () => void;
}

/** `2026-11-26 00:14:38.001873976 +0000 UTC k8s.io /tasks/start {"container_id":"…"}` */
const EVENT = /^(\S+) (\S+) \+0000 UTC \S+ \/tasks\/(start|exit) .*?"container_id":"([0-9a-f]+)"/;

/** Listens from now on. */
export function taskTimes(): TaskTimes {
  const times = new Map<string, number>();
  let rest = '';
  const child = spawn(
    'ctr',
    ['--address', paths.containerdSocket, '--namespace', 'k8s.io', 'events'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  child.stdout.on('data', (chunk) => {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const [, day = '', clock = '', what = '', id = ''] = EVENT.exec(line) ?? [];
      // Date knows milliseconds.
      if (id !== '') times.set(`${what} ${id}`, Date.parse(`${day}T${clock.slice(0, 12)}Z`));
    }
  });
  return {
    of: (id) => (times.get(`exit ${id}`) ?? Number.NaN) - (times.get(`start ${id}`) ?? Number.NaN),
    stop: () => {
      child.kill();
    },
  };
}

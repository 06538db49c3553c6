import { attemptRecord, type AttemptRecord } from 'kars-constructs/contract';

/** One target of attempts that were denied, or let through to learn. */
export interface TargetAttempts extends Pick<
  AttemptRecord,
  'host' | 'port' | 'code' | 'count' | 'opens' | 'construct' | 'manifest'
> {
  /** RFC 3339, UTC. */
  readonly first: string;
  /** RFC 3339, UTC. */
  readonly last: string;
}

/** The targets that the log of an egress proxy tells of, those that were met last first. */
export function targetsIn(log: string, event: AttemptRecord['event']): TargetAttempts[] {
  const targets = new Map<string, TargetAttempts>();
  for (const line of log.split('\n')) {
    const record = recordIn(line, event);
    if (record === undefined) continue;
    const { time, host, port, code, opens, construct, manifest } = record;
    const key = `${port} ${host}`;
    const known = targets.get(key);
    targets.set(key, {
      ...{ host, port, code, opens, construct, manifest },
      count: record.count + (known?.count ?? 0),
      first: known?.first ?? time,
      last: time,
    });
  }
  return [...targets.values()].sort((a, b) => (a.last < b.last ? 1 : -1));
}

/** The targets with most attempts. */
export const topOf = (targets: readonly TargetAttempts[], limit: number): TargetAttempts[] =>
  targets.toSorted((a, b) => b.count - a.count).slice(0, limit);

function recordIn(line: string, event: AttemptRecord['event']): AttemptRecord | undefined {
  // Most lines are about something else, and a log is long.
  if (!line.includes(`"event":"${event}"`)) return undefined;
  try {
    return attemptRecord.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

/** A span of time that a budget is for, in UTC. */
export interface Window {
  readonly kind: WindowKind;
  /** Tells it from all others, such as `day 2026-01-31`. */
  readonly id: string;
  /** Its end, RFC 3339. */
  readonly ends: string;
}

/** Kinds of windows, the shortest first. */
export type WindowKind = 'hour' | 'day' | 'month';

const HOUR = 3_600_000;

/** The windows of the hour that was asked for last. */
let last: { readonly hour: number; readonly windows: readonly Window[] } | undefined;

/** The windows that an instant is in: the same within an hour. */
export function windowsAt(time: Date): readonly Window[] {
  const hour = Math.floor(time.getTime() / HOUR);
  if (last?.hour !== hour) last = { hour, windows: windowsOf(time) };
  return last.windows;
}

function windowsOf(time: Date): readonly Window[] {
  const [year, month, day, hour] = [
    time.getUTCFullYear(),
    time.getUTCMonth(),
    time.getUTCDate(),
    time.getUTCHours(),
  ];
  const text = time.toISOString();
  const window = (kind: WindowKind, length: number, end: number): Window => ({
    kind,
    id: `${kind} ${text.slice(0, length)}`,
    ends: new Date(end).toISOString(),
  });
  return [
    window('hour', 'YYYY-MM-DDTHH'.length, Date.UTC(year, month, day, hour + 1)),
    window('day', 'YYYY-MM-DD'.length, Date.UTC(year, month, day + 1)),
    window('month', 'YYYY-MM'.length, Date.UTC(year, month + 1)),
  ];
}

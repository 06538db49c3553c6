/** One field of a log record. */
type Field = string | number | boolean | null | undefined | readonly (string | object)[];

/** Writes structured records: one line of JSON each, no user content besides what a decision is about. */
export interface Log {
  info(event: string, fields?: Readonly<Record<string, Field>>): void;
  warn(event: string, fields?: Readonly<Record<string, Field>>): void;
  /** For faults of this program, never for denials. */
  error(event: string, fields?: Readonly<Record<string, Field>>): void;
}

/** A log to standard output, or to `write`. */
export function createLog(process: string, write: (line: string) => void = writeSoon): Log {
  const record =
    (level: string) =>
    (event: string, fields: Readonly<Record<string, Field>> = {}): void =>
      write(
        `${oneLine(JSON.stringify({ time: new Date().toISOString(), level, process, event, ...fields }))}\n`,
      );
  return { info: record('info'), warn: record('warn'), error: record('error') };
}

/** Readers of lines also end one at these two, which JSON leaves as they are. */
const oneLine = (json: string): string =>
  json.replace(/[\u2028\u2029]/g, (end) => (end === '\u2028' ? '\\u2028' : '\\u2029'));

/** Lines that are written at the end of this turn of the event loop, since a write costs more than its lines. */
let waiting = '';

const LONGEST_WAITING = 64 * 1024;

function writeSoon(line: string): void {
  if (waiting === '') setImmediate(writeWaiting);
  waiting += line;
  if (waiting.length > LONGEST_WAITING) writeWaiting();
}

function writeWaiting(): void {
  if (waiting === '') return;
  const lines = waiting;
  waiting = '';
  process.stdout.write(lines);
}

// Whatever ends the process, its last lines are the most wanted ones.
process.once('exit', writeWaiting);

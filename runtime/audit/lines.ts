import { createReadStream } from 'node:fs';

/** Far above any record, whose texts are clipped, so that a file without line ends costs no memory. */
export const LONGEST_LINE = 256 * 1024;

const NEWLINE = 0x0a;

/** One line of a log: its text, or what keeps it from being one. */
export type Line =
  | { readonly ended: true; readonly text: string }
  | { readonly ended: false; readonly why: 'torn' | 'too long' };

/**
 * The lines of a file, each of which ends with a line feed and nothing else: other separators that
 * Unicode knows may stand inside a record. Nothing follows a line that has no end.
 */
export async function* linesOf(file: string): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end !== -1; end = bytes.indexOf(NEWLINE, start)) {
      yield { ended: true, text: bytes.toString('utf8', start, end) };
      start = end + 1;
    }
    rest = bytes.subarray(start);
    if (rest.length > LONGEST_LINE) {
      yield { ended: false, why: 'too long' };
      return;
    }
  }
  if (rest.length > 0) yield { ended: false, why: 'torn' };
}

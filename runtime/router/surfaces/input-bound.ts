/** What a provider may add to a request of its own: a preamble, and what stands between messages. */
const PREAMBLE_TOKENS = 256;

/**
 * Most tokens that a request of text can be: a token stands for a byte at least, in the longest way that
 * templates write JSON, and that around a message for more than what its model puts there.
 */
export const textBound = (request: object): number =>
  asciiLength(JSON.stringify(request, null, INDENT)) + PREAMBLE_TOKENS;

/** As a template writes tools at most: in lines, with other than ASCII as `\\uXXXX`. */
const INDENT = 4;

function asciiLength(text: string): number {
  // Most texts have nothing else, which is told much faster than it is counted.
  if (Buffer.byteLength(text) === text.length) return text.length;
  const others = text.match(/[^\0-\x7f]/g)?.length ?? 0;
  return text.length + others * ('\\uXXXX'.length - 1);
}

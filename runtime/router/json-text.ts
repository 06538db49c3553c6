import type { Limits } from './limits.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const MINUS = 0x2d;

const isOpening = (code: number): boolean => code === 0x5b || code === 0x7b;
const isClosing = (code: number): boolean => code === 0x5d || code === 0x7d;

/** What a text would be as JSON, as far as a parser does not tell. Whether it is JSON at all is left to the parser. */
export interface JsonText {
  /** Why it would be too much to parse: ten megabytes of empty objects take more memory than the process has. */
  readonly tooComplex?: string;
  /** Members of all objects; a parser gives fewer when a key stands twice, and keeps the last of them. */
  readonly members: number;
  /** A number that a parser would change. */
  readonly changedNumber?: string;
}

/** Looks through a text once, before it is parsed. */
export function readJsonText(
  text: string,
  { requestValues, requestDepth }: Pick<Limits, 'requestValues' | 'requestDepth'>,
): JsonText {
  let values = 0;
  let depth = 0;
  let members = 0;
  let changedNumber: string | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
    } else if (isOpening(code)) {
      values += 1;
      depth += 1;
    } else if (isClosing(code)) {
      depth -= 1;
    } else if (code === COMMA) {
      values += 1;
    } else if (code === COLON) {
      members += 1;
    } else if (code === MINUS || isDigit(code)) {
      const number = numberAt(text, at);
      if (changedNumber === undefined && !survives(number)) changedNumber = number;
      at += number.length - 1;
    }
    if (values > requestValues) {
      return { tooComplex: `the body has over ${requestValues} values`, members };
    }
    if (depth > requestDepth) {
      return { tooComplex: `the body is over ${requestDepth} levels deep`, members };
    }
  }
  return { members, ...(changedNumber === undefined ? {} : { changedNumber }) };
}

/** Members of all objects of a parsed value. */
export function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  let members = Array.isArray(value) ? 0 : inner.length;
  for (const each of inner) members += membersOf(each);
  return members;
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

/** Where the string ends that begins at `start`; the end of the text when it does not. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1);
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end === -1 ? text.length : end;
}

/** Whether an odd number of backslashes stands in front. */
function isEscaped(text: string, at: number): boolean {
  let before = at;
  while (text.charCodeAt(before - 1) === BACKSLASH) before -= 1;
  return (at - before) % 2 === 1;
}

const NUMBER = /[-+.0-9eE]*/y;

function numberAt(text: string, at: number): string {
  NUMBER.lastIndex = at;
  const [number = ''] = NUMBER.exec(text) ?? [];
  return number;
}

/** Every decimal of fifteen digits is told apart by a double, RFC 8259 section 6. */
const SURE = /^-?\d{1,10}(\.\d{1,5})?$/;

/** Whether a number is written again as the same number. */
function survives(number: string): boolean {
  if (SURE.test(number)) return true;
  const value = Number(number);
  return Number.isFinite(value) && decimal(JSON.stringify(value)) === decimal(number);
}

/** A number as sign, digits and power of ten, the same for all spellings of it; what is no number stays as it is. */
function decimal(number: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([-+]?\d+))?$/.exec(number) ?? [];
  if (whole === '') return number;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return `${sign}0`;
  const exponent = Number(power) - fraction.length + (digits.length - significant.length);
  return `${sign}${significant}e${exponent}`;
}

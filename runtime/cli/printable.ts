/** Controls of a terminal and of the direction of text, which draw over what stands elsewhere; not the end of a line, nor a tab. */
const CONTROLS = /(?![\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

const escaped = (text: string): string =>
  [...Array(text.length).keys()]
    .map((index) => `\\u${text.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');

/** A text that a terminal only shows; JSON stays JSON, since it escapes in the same way. */
export const printable = (text: string): string => text.replace(CONTROLS, escaped);

/** A text of somebody else that stays on its line. */
export const oneLine = (text: string): string =>
  printable(text)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\t', String.raw`\t`);

const MARK = '<credential>';

/** Escapes by which JSON can spell a character that needs none. */
const ESCAPE = /\\[u/]/;

/** A text of a provider without its credential, which some repeat, however JSON spells it. */
export function withoutCredential(text: string, credential: string | undefined): string {
  if (credential === undefined) return text;
  const plain = text.replaceAll(credential, MARK);
  if (!ESCAPE.test(plain)) return plain;
  const spelled = spelledAnew(plain);
  const written = JSON.stringify(credential).slice(1, -1);
  return spelled?.includes(written) === true ? spelled.replaceAll(written, MARK) : plain;
}

/** Undefined for what is no JSON. */
function spelledAnew(text: string): string | undefined {
  try {
    return JSON.stringify(JSON.parse(text));
  } catch {
    return undefined;
  }
}

import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile, truncate, writeFile } from 'node:fs/promises';
import { normalHost } from 'kars-constructs/contract';
import * as z from 'zod';
import { StateFault } from '../../state/state-fault.ts';

const KEY_BYTES = 32;

const header = z.strictObject({
  version: z.literal(1),
  key: z.base64url().refine((text) => Buffer.from(text, 'base64url').length === KEY_BYTES),
});

const givenAddress = z.strictObject({
  name: z.string().refine((name) => normalHost(name) === name),
  address: z.union([z.ipv4(), z.ipv6()]),
  entry: z.string().min(1).max(255),
});

/** A name with the address that stands for it, and the host of the entry that had the name then. */
export type GivenAddress = Readonly<z.output<typeof givenAddress>>;

/** What a file of names holds. */
export interface StoredNames {
  readonly file: NameFile;
  /** Key that the addresses are derived by. */
  readonly key: Uint8Array;
  /** In the order in which they were given. */
  readonly given: readonly GivenAddress[];
  /** Bytes of a torn line that opening has cut off. */
  readonly cutOff: number;
}

/** An append-only file: one line with the key, then one for each name. One process writes it. */
export class NameFile {
  /**
   * Reads a file, or makes one with a random key. A last line that a crash has torn is cut off.
   *
   * @throws StateFault when a whole line has another form; the file is then left as it is.
   */
  static async open(path: string): Promise<StoredNames> {
    const bytes = await readFile(path).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    const size = bytes === undefined ? 0 : bytes.lastIndexOf('\n') + 1;
    const cutOff = (bytes?.length ?? 0) - size;
    // Without a whole first line no address can have been given.
    if (bytes === undefined || size === 0) return { ...(await NameFile.#create(path)), cutOff };
    const [first = '', ...lines] = bytes.toString('utf8', 0, size).split('\n').slice(0, -1);
    const { key } = parseLine(header, first, path, 1);
    const given = lines.map((line, index) => parseLine(givenAddress, line, path, index + 2));
    if (cutOff > 0) await truncate(path, size);
    return { file: new NameFile(path, size), key: Buffer.from(key, 'base64url'), given, cutOff };
  }

  static async #create(path: string) {
    const key = randomBytes(KEY_BYTES);
    const line = `${JSON.stringify({ version: 1, key: key.toString('base64url') })}\n`;
    await writeFile(path, line, { mode: 0o600, flush: true });
    return { file: new NameFile(path, Buffer.byteLength(line)), key, given: [] };
  }

  readonly #path: string;
  #size: number;

  private constructor(path: string, size: number) {
    this.#path = path;
    this.#size = size;
  }

  /**
   * Adds a name. When this returns the line is on disk; nothing else may be added meanwhile.
   *
   * @throws Error when it is not written; the address must then not be used.
   */
  async append(given: GivenAddress): Promise<void> {
    const line = `${JSON.stringify(given)}\n`;
    // Not made anew when it is gone: its key would be another.
    const handle = await open(this.#path, constants.O_WRONLY | constants.O_APPEND);
    try {
      const { size } = await handle.stat();
      if (size < this.#size) throw brokenNames(this.#path, 'it has become shorter');
      // A write that failed may have left a part of its line.
      if (size > this.#size) await handle.truncate(this.#size);
      await handle.appendFile(line);
      await handle.sync();
    } finally {
      await handle.close();
    }
    this.#size += Buffer.byteLength(line);
  }
}

/** The fault of a file that cannot be continued. */
export const brokenNames = (path: string, why: string): StateFault =>
  new StateFault(
    'KARS_DNS_NAMES_BROKEN',
    `${path} cannot be continued: ${why}; move it away, then names get new addresses`,
  );

function parseLine<T>(schema: z.ZodType<T>, line: string, path: string, number: number): T {
  const wrong = (): StateFault => brokenNames(path, `line ${number} has not the form of one`);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw wrong();
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw wrong();
  return parsed.data;
}

import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { Log } from '../service/log.ts';
import { StateFault } from '../state/state-fault.ts';
import type { BytesOfTargets } from './bytes-of-targets.ts';

const FILE = 'bytes-of-targets.json';

const SAVE_MILLISECONDS = 1000;

const stored = z.strictObject({
  version: z.literal(1),
  at: z.iso.datetime(),
  windows: z.array(
    z.strictObject({
      entry: z.string(),
      bytes: z.int().min(0),
      isUsed: z.boolean(),
      milliseconds: z.number().min(0),
    }),
  ),
});

/**
 * Keeps on the state volume what entries have carried, so that no restart begins their windows anew. A
 * process that is killed loses what was carried in its last second.
 */
export class BytesFile {
  readonly #bytes: BytesOfTargets;
  readonly #wall: () => number;
  #path: string | undefined;
  /** Changes that the file has. */
  #saved = 0;
  #saving: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  /** @param wall milliseconds since 1970 */
  constructor(bytes: BytesOfTargets, wall = () => Date.now()) {
    this.#bytes = bytes;
    this.#wall = wall;
  }

  /**
   * Counts what the state directory knows of as well, and keeps it there from then on.
   *
   * @throws StateFault when it was altered.
   */
  readonly read = async (directory: string, log: Log): Promise<void> => {
    const path = join(directory, FILE);
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (text !== undefined) {
      const { at, windows } = parse(text, path);
      const passed = Math.max(0, this.#wall() - Date.parse(at));
      this.#bytes.resume(
        windows.map((window) => ({ ...window, milliseconds: window.milliseconds - passed })),
      );
    }
    this.#path = path;
    this.#timer ??= setInterval(() => void this.#saveOrSay(log), SAVE_MILLISECONDS);
    this.#timer.unref();
  };

  /** Keeps what was carried to the end. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#saving;
    await this.#save();
  }

  async #saveOrSay(log: Log): Promise<void> {
    this.#saving ??= this.#save();
    try {
      await this.#saving;
    } catch (error) {
      log.error('bytes-unsaved', { error: String(error) });
    } finally {
      this.#saving = undefined;
    }
  }

  async #save(): Promise<void> {
    const { changes } = this.#bytes;
    if (this.#path === undefined || changes === this.#saved) return;
    const at = new Date(this.#wall()).toISOString();
    const file: z.input<typeof stored> = { version: 1, at, windows: this.#bytes.stored() };
    await writeFile(`${this.#path}.new`, JSON.stringify(file), { mode: 0o600, flush: true });
    await rename(`${this.#path}.new`, this.#path);
    this.#saved = changes;
  }
}

function parse(text: string, path: string): z.output<typeof stored> {
  try {
    return stored.parse(JSON.parse(text));
  } catch {
    throw new StateFault(
      'KARS_BYTES_BROKEN',
      `${path} was altered, so nobody knows what entries have carried; move it away, then their windows begin anew`,
    );
  }
}

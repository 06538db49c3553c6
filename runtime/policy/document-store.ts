import { join } from 'node:path';
import {
  formatProblem,
  membersFor,
  projection,
  type Problem,
  type Reader,
} from 'kars-constructs/contract';
import type { Log } from '../service/log.ts';
import type { PolicyStatus } from './policy-status.ts';
import { noFloor, type Floor } from './floor.ts';
import { readSet } from './read-set.ts';
import type { Snapshot } from './snapshot.ts';
import { DirectoryWatch } from './directory-watch.ts';

/** Options of {@link DocumentStore.open}. */
export interface DocumentStoreOptions {
  /** Directory that the kubelet projects the documents into. */
  readonly directory: string;
  readonly reader: Reader;
  readonly log: Log;
  /**
   * What is refused of a set besides its faults.
   *
   * @default nothing
   */
  readonly floor?: Floor;
  /** Settings of the process to show in its status. */
  readonly overrides?: readonly string[];
  /**
   * How often the directory is read without an event, for file systems that send none.
   *
   * @default 5 seconds
   */
  readonly pollMilliseconds?: number;
}

const LONGEST_ERROR = 512;

/**
 * The documents that are in force. A new set replaces the old one as a whole; a set with any fault
 * changes nothing, and the last good one stays. Without a good one there is no snapshot, and whoever
 * asks has to deny.
 */
export class DocumentStore {
  /** Reads the directory once and keeps watching it. */
  static async open(options: DocumentStoreOptions): Promise<DocumentStore> {
    const store = new DocumentStore(options);
    await store.reload();
    const { directory, log, pollMilliseconds } = options;
    const look = (): void => void store.reload();
    store.#watch = new DirectoryWatch(directory, look, log, pollMilliseconds);
    return store;
  }

  readonly #options: DocumentStoreOptions;
  #snapshot: Snapshot | undefined;
  #lastError: string | undefined;
  #reading: Promise<void> = Promise.resolve();
  #watch: DirectoryWatch | undefined;
  #onSwap: () => void = () => undefined;

  private constructor(options: DocumentStoreOptions) {
    this.#options = options;
  }

  /** The set in force. */
  snapshot(): Snapshot | undefined {
    return this.#snapshot;
  }

  /** Calls whenever another set has come into force, for what outlasts its decision. */
  onSwap(listener: () => void): void {
    this.#onSwap = listener;
  }

  /** Why nothing can be decided, or undefined when there is a set. */
  notReady(): string | undefined {
    return this.#snapshot === undefined
      ? (this.#lastError ?? 'no document set has been read')
      : undefined;
  }

  /** What is in force, for `/internal/policy-status`. */
  status(): PolicyStatus {
    const { directory, reader, overrides = [] } = this.#options;
    const snapshot = this.#snapshot;
    const counted = membersFor(reader).filter(
      (kind) => projection[kind].whenAbsent === 'deny' || snapshot?.digest(kind) !== undefined,
    );
    const entries = counted.map((kind) => {
      const digest = snapshot?.digest(kind) ?? null;
      return {
        kind: projection[kind].statusKind,
        digest,
        source_path: join(directory, projection[kind].file),
        loaded_at: digest === null ? null : (snapshot?.loadedAt ?? null),
        last_error: this.#lastError ?? null,
      };
    });
    return {
      schema_version: 1,
      count: entries.length,
      entries,
      set: { digest: snapshot?.setDigest ?? null, last_error: this.#lastError ?? null },
      overrides: [...overrides],
    };
  }

  /** Reads the directory now; one reading at a time. */
  async reload(): Promise<void> {
    this.#reading = this.#reading.then(() => this.#read());
    await this.#reading;
  }

  /** Stops watching. */
  async close(): Promise<void> {
    this.#watch?.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { directory, reader, log, floor = noFloor } = this.#options;
    const result = await readSet(directory, reader);
    const problems = result.ok ? await judged(floor, result.value) : result.problems;
    if (!result.ok || problems.length > 0) {
      const error = problems.map(formatProblem).join('; ').slice(0, LONGEST_ERROR);
      if (error !== this.#lastError) {
        log.warn('documents-refused', { error, inForce: this.#snapshot?.setDigest ?? null });
      }
      this.#lastError = error;
      return;
    }
    this.#lastError = undefined;
    if (result.value.setDigest === this.#snapshot?.setDigest) return;
    this.#snapshot = result.value;
    log.info('documents-in-force', { set: result.value.setDigest });
    this.#onSwap();
  }
}

/** A floor that fails to judge has not accepted, and one reading must not end all that follow. */
async function judged(floor: Floor, snapshot: Snapshot): Promise<readonly Problem[]> {
  try {
    return await floor(snapshot);
  } catch (error) {
    const message = `cannot be judged: ${error instanceof Error ? error.message : String(error)}`;
    return [{ path: projection.set.file, code: 'KARS_DOCUMENT_BELOW_FLOOR', message }];
  }
}

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LOCK_FILE, type AuditEntry, type AuditRecord } from 'kars-constructs/contract';
import { AuditLog, type AppendTime } from '../audit/audit-log.ts';
import { signingKey } from '../audit/signing-key.ts';
import type { AuditBounds } from '../audit/bounds.ts';
import type { Log } from '../service/log.ts';
import { DirectoryLock } from './directory-lock.ts';
import { requireLocalFileSystem } from './file-system.ts';
import { StateFault } from './state-fault.ts';

/** Options of {@link StateDirectory.open}. */
export interface StateDirectoryOptions {
  readonly directory: string;
  readonly log: Log;
  /** How much of the audit log is kept. @default all of it */
  readonly audit?: AuditBounds;
  /**
   * How often a directory that cannot be used is tried again.
   *
   * @default 1 second
   */
  readonly retryMilliseconds?: number;
  /**
   * Reads what the process keeps besides the audit log. It is called with the lock held, each time before
   * the directory comes into use; nothing may be written without it.
   *
   * @default nothing else is kept
   */
  readonly read?: ((directory: string, log: Log) => Promise<void>) | undefined;
}

/** Far more than a record needs, so that a volume without space is found before a call is decided. */
const SPACE = Buffer.alloc(64 * 1024);

const PROBE_FILE = 'space';

/**
 * The directory of one process, held by a lock. Without it, or when it cannot be written, nothing can be
 * recorded, so every call has to be denied; the directory is tried again until it can be used.
 */
export class StateDirectory {
  /** Takes the directory now or, where that fails, as soon as it can be had. */
  static async open(options: StateDirectoryOptions): Promise<StateDirectory> {
    const state = new StateDirectory(options);
    await state.#attempt();
    state.#timer = setInterval(() => void state.#attempt(), options.retryMilliseconds ?? 1000);
    state.#timer.unref();
    return state;
  }

  readonly #options: StateDirectoryOptions;
  #lock: DirectoryLock | undefined;
  #audit: AuditLog | undefined;
  #fault: StateFault | undefined;
  #attempting: Promise<void> | undefined;
  #closing: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;

  private constructor(options: StateDirectoryOptions) {
    this.#options = options;
  }

  /** Why nothing can be recorded, or undefined when it can. */
  notReady(): string | undefined {
    return this.#audit === undefined ? String(this.#fault ?? 'not opened yet') : undefined;
  }

  /** Bytes of the audit log; 0 while it cannot be used. */
  get auditBytes(): number {
    return this.#audit?.bytes ?? 0;
  }

  /**
   * Appends a record to the audit log.
   *
   * @throws Error when it is not written; the call that the record is about must not go on.
   */
  async append(entry: Omit<AuditEntry, 'time'>, when?: AppendTime): Promise<AuditRecord> {
    const audit = this.#audit;
    if (audit === undefined) throw new Error(this.notReady());
    try {
      return await audit.append(entry, when);
    } catch (error) {
      const fault = this.#note(error);
      if (this.#audit === audit) {
        this.#audit = undefined;
        this.#closing = this.#close(audit);
      }
      throw fault;
    }
  }

  /** Writes what is still under way, then gives the directory back. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#attempting;
    await this.#closing;
    const [audit, lock] = [this.#audit, this.#lock];
    this.#audit = undefined;
    this.#lock = undefined;
    await audit?.close();
    lock?.release();
  }

  #attempt(): Promise<void> {
    if (this.#audit !== undefined) return Promise.resolve();
    this.#attempting ??= this.#take().finally(() => {
      this.#attempting = undefined;
    });
    return this.#attempting;
  }

  async #take(): Promise<void> {
    const { directory, log, read, audit } = this.#options;
    await this.#closing;
    let auditKey: string;
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      await requireLocalFileSystem(directory);
      await probe(directory);
      this.#lock ??= DirectoryLock.take(join(directory, LOCK_FILE));
      await read?.(directory, log);
      const signer = await signingKey(directory);
      auditKey = signer.key;
      this.#audit = await AuditLog.open(directory, audit, signer);
    } catch (error) {
      this.#note(error);
      return;
    }
    if (this.#audit.cutOff > 0) log.warn('audit-torn', { bytesCutOff: this.#audit.cutOff });
    this.#fault = undefined;
    log.info('state-in-use', { directory, auditKey });
  }

  /** Says once what is wrong. */
  #note(error: unknown): StateFault {
    const { directory, log } = this.#options;
    const fault = StateFault.of(error, directory);
    if (String(fault) !== String(this.#fault)) {
      log.error('state-unavailable', { code: fault.code, error: fault.message });
    }
    this.#fault = fault;
    return fault;
  }

  async #close(audit: AuditLog): Promise<void> {
    try {
      await audit.close();
    } catch (error) {
      this.#note(error);
    }
  }
}

/** Without the lock another process may do the same here; both write the same, and nobody reads it. */
async function probe(directory: string): Promise<void> {
  const file = join(directory, PROBE_FILE);
  await writeFile(file, SPACE, { mode: 0o600, flush: true });
  await rm(file, { force: true });
}

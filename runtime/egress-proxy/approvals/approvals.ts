import { approvedHosts, type ApprovedHosts } from '../../egress-policy/approved-hosts.ts';
import { DirectoryWatch } from '../../policy/directory-watch.ts';
import type { Log } from '../../service/log.ts';
import type { ApprovalClock } from './approval-clock.ts';
import {
  readApprovals,
  type ApprovalBounds,
  type ReadApproval,
  type ReadApprovals,
} from './read-approvals.ts';

/** Options of {@link Approvals.open}. */
export interface ApprovalsOptions extends ApprovalBounds {
  readonly directory: string;
  readonly clock: ApprovalClock;
  readonly log: Log;
  /** How often it is looked whether one begins or ends. @default 500 milliseconds */
  readonly lookMilliseconds?: number;
}

/** How often the time is kept. */
const SAVE_MILLISECONDS = 15_000;

/**
 * The approvals that count now. One ends by itself at its instant, whoever is alive; all are suspended
 * while it cannot be said what time it is.
 */
export class Approvals {
  /** Reads the directory once, and keeps watching it and the clock. */
  static async open(options: ApprovalsOptions): Promise<Approvals> {
    const approvals = new Approvals(options);
    await approvals.reload();
    approvals.#start();
    return approvals;
  }

  readonly #options: ApprovalsOptions;
  #read: ReadApprovals = { approvals: [], refused: new Map(), acceptedAt: undefined };
  #counting: readonly ReadApproval[] = [];
  #hosts = approvedHosts([], false);
  #stop: () => void = () => undefined;
  #onChange: () => void = () => undefined;
  #reading: Promise<void> = Promise.resolve();

  private constructor(options: ApprovalsOptions) {
    this.#options = options;
  }

  /** What they allow; the same object until that changes. */
  hosts(): ApprovedHosts {
    return this.#hosts;
  }

  /** Calls whenever they allow something else, for what outlasts its decision. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Reads the directory now; one reading at a time. */
  async reload(): Promise<void> {
    this.#reading = this.#reading.then(async () => {
      const { directory, log } = this.#options;
      const before = this.#read;
      this.#read = await readApprovals(directory, this.#options);
      for (const [file, error] of this.#read.refused) {
        if (before.refused.get(file) !== error) log.warn('approval-refused', { file, error });
      }
      this.look();
    });
    await this.#reading;
  }

  /** Lets begin and end what is to. */
  look(): void {
    const { clock, log } = this.#options;
    const { approvals, acceptedAt } = this.#read;
    const { at, jumped } = clock.now(acceptedAt);
    const counting = approvals.filter(({ payload }) => isOpen(payload, at));
    const suspended = jumped && counting.length > 0;
    const changes = changesOf(this.#counting, counting);
    if (changes.length === 0 && suspended === this.#hosts.suspended) return;
    this.#counting = counting;
    const listed = counting.map(({ source, payload }) => ({ source, hosts: payload.hosts }));
    this.#hosts = approvedHosts(listed, suspended);
    for (const { event, approval } of changes) log.info(event, fieldsOf(approval));
    if (suspended) log.warn('approvals-suspended', { code: 'KARS_CLOCK_JUMP' });
    this.#onChange();
  }

  /** Stops watching, and keeps the time. */
  async close(): Promise<void> {
    this.#stop();
    await this.#reading;
    await this.#save();
  }

  #start(): void {
    const { directory, log, lookMilliseconds = 500 } = this.#options;
    const watch = new DirectoryWatch(directory, () => void this.reload(), log);
    const look = setInterval(() => {
      this.look();
    }, lookMilliseconds);
    const save = setInterval(() => void this.#save(), SAVE_MILLISECONDS);
    look.unref();
    save.unref();
    this.#stop = () => {
      watch.close();
      clearInterval(look);
      clearInterval(save);
    };
  }

  async #save(): Promise<void> {
    try {
      await this.#options.clock.save();
    } catch (error) {
      // The next time is tried again; the audit log, on the same volume, denies if this one is full.
      this.#options.log.warn('approval-clock-not-kept', { error: String(error) });
    }
  }
}

const isOpen = ({ approvedAt, expiresAt }: ReadApproval['payload'], at: number): boolean =>
  Date.parse(approvedAt) <= at && at < Date.parse(expiresAt);

interface Change {
  readonly event: 'approval-in-force' | 'approval-ended';
  readonly approval: ReadApproval;
}

function changesOf(before: readonly ReadApproval[], after: readonly ReadApproval[]): Change[] {
  const text = (approval: ReadApproval): string => JSON.stringify(approval);
  const [old, now] = [new Set(before.map(text)), new Set(after.map(text))];
  return [
    ...before
      .filter((approval) => !now.has(text(approval)))
      .map((approval): Change => ({ event: 'approval-ended', approval })),
    ...after
      .filter((approval) => !old.has(text(approval)))
      .map((approval): Change => ({ event: 'approval-in-force', approval })),
  ];
}

const fieldsOf = ({ source, payload }: ReadApproval) => ({
  approval: `${source.namespace}/${source.name}`,
  hosts: payload.hosts.map(({ host, port }) => `${host}:${port}`),
  reason: payload.reason,
  ticket: payload.ticket,
  approvedAt: payload.approvedAt,
  expiresAt: payload.expiresAt,
});

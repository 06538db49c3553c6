import type { LearnPayload } from 'kars-constructs/contract';
import type { Snapshot } from '../../policy/snapshot.ts';
import type { Log } from '../../service/log.ts';
import type { ApprovalClock } from '../approvals/approval-clock.ts';

/** Options of {@link Learning}. */
export interface LearningOptions {
  readonly snapshot: () => Snapshot | undefined;
  /** Neither an earlier clock nor a restart makes learning last longer. */
  readonly clock: ApprovalClock;
  readonly log: Log;
  /** How often it is looked whether it has ended. @default 500 milliseconds */
  readonly lookMilliseconds?: number;
}

/** Whether the proxy learns now. It ends by itself at the instant that the document says. */
export class Learning {
  readonly #options: LearningOptions;
  readonly #timer: NodeJS.Timeout;
  #now: LearnPayload | undefined;
  #onChange: () => void = () => undefined;

  constructor(options: LearningOptions) {
    this.#options = options;
    this.look();
    this.#timer = setInterval(() => this.look(), options.lookMilliseconds ?? 500);
    this.#timer.unref();
  }

  /** What is learned; undefined when nothing is. The same object until that changes. */
  now(): LearnPayload | undefined {
    return this.#now;
  }

  /** Calls whenever learning begins or ends, for what outlasts its decision. */
  onChange(listener: () => void): void {
    this.#onChange = listener;
  }

  /** Begins or ends what is to, by the documents and the clock. */
  look(): void {
    const { snapshot, clock, log } = this.#options;
    const learn = snapshot()?.payload('egress-allowlist')?.learn;
    if (learn === undefined && this.#now === undefined) return;
    const { at, jumped } = clock.now();
    const next = learn !== undefined && !jumped && at < Date.parse(learn.until) ? learn : undefined;
    if (next === this.#now) return;
    this.#now = next;
    if (next === undefined) log.info('learning-ended');
    else log.warn('learning', { until: next.until, ports: next.ports.map(String) });
    this.#onChange();
  }

  close(): void {
    clearInterval(this.#timer);
  }
}

import { deny, type AuditEntry, type Decision, type Deny } from 'kars-constructs/contract';
import type { AppendTime } from '../audit/audit-log.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { RepeatedDenials, type Repeats } from './repeated-denials.ts';

/** What a decision was about. */
export interface DecidedCall {
  /** Digest of the document set that was in force, undefined without one. */
  readonly set: string | undefined;
  readonly surface: string;
  readonly target: string;
  readonly decision: Decision;
  /** Tokens that the call may use at most. */
  readonly reserved?: number;
  /** Id of the trace that it belongs to. */
  readonly trace?: string;
}

/** Where records go. */
export interface AuditSink {
  /**
   * Keeps a record.
   *
   * @param when a record for which no call waits may be kept a little later
   * @throws Error when it is not kept.
   */
  append(entry: Omit<AuditEntry, 'time'>, when?: AppendTime): Promise<unknown>;
}

/** Tokens that a provider reported. */
export interface TokenUsage {
  readonly input: number;
  readonly output: number;
}

/** What a connection carried. */
export type Traffic = NonNullable<AuditEntry['traffic']>;

/**
 * Parts of a record come from the agent. A record has to stay far below the tail that a process reads
 * when it continues its log.
 */
const LONGEST_TEXT = 1024;

const WINDOW_MILLISECONDS = 60_000;

const clip = (text: string): string =>
  text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}…`;

/**
 * Writes every decision to audit log, container log and metrics, so that no process forgets one. Of equal
 * denials the first is written at once, the others as a number when their window ends.
 */
export class DecisionRecorder {
  readonly #sandbox: string;
  readonly #process: AuditEntry['process'];
  readonly #audit: AuditSink;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #repeated: RepeatedDenials;
  readonly #window: NodeJS.Timeout;

  constructor(options: {
    readonly sandbox: string;
    readonly process: AuditEntry['process'];
    readonly audit: AuditSink;
    readonly log: Log;
    readonly metrics: Metrics;
    /** How long equal denials are counted before their number is written. @default a minute */
    readonly windowMilliseconds?: number;
    /** @default tells a thousand kinds of denials apart */
    readonly repeated?: RepeatedDenials;
  }) {
    this.#sandbox = options.sandbox;
    this.#process = options.process;
    this.#audit = options.audit;
    this.#log = options.log;
    this.#metrics = options.metrics;
    this.#repeated = options.repeated ?? new RepeatedDenials();
    this.#window = setInterval(
      () => void this.endWindow(),
      options.windowMilliseconds ?? WINDOW_MILLISECONDS,
    );
    this.#window.unref();
  }

  /**
   * Records a decision before it takes effect.
   *
   * @throws Error when the audit log cannot be written; the caller then denies.
   */
  async decided(call: DecidedCall): Promise<void> {
    const { surface, decision } = call;
    const target = clip(call.target);
    const rule = clip(decision.rule);
    if (decision.allow) {
      const { reserved } = call;
      await this.#append(call, 'allowed', reserved === undefined ? {} : { reserved });
      this.#metrics.decisions.inc({ surface, decision: 'allow', code: '' });
      this.#log.info('decision', { surface, target, rule, decision: 'allow' });
      return;
    }
    const { code, reason } = decision;
    // Repeats are of several traces.
    const { set } = call;
    const denied = { set, surface, target, decision: { ...decision, rule, reason: clip(reason) } };
    const isFirst = this.#repeated.isFirst(denied);
    if (isFirst) {
      await this.#append(call, reason).catch((error: unknown) => {
        this.#repeated.forget(denied);
        throw error;
      });
      const fields = { surface, target, rule, decision: 'deny', code };
      this.#log.info('decision', { ...fields, reason: clip(reason) });
    }
    this.#metrics.decisions.inc({ surface, decision: 'deny', code });
  }

  /** Writes how often denials were repeated, and begins to count anew. */
  async endWindow(): Promise<void> {
    for (const repeats of this.#repeated.take()) await this.#recordRepeats(repeats);
  }

  /** Ends the last window. */
  async close(): Promise<void> {
    clearInterval(this.#window);
    await this.endWindow();
  }

  /** The same, with the denial that the caller has to give instead when nothing can be written. */
  async decidedOrDeny(call: DecidedCall): Promise<Deny | undefined> {
    try {
      await this.decided(call);
      return undefined;
    } catch (error) {
      this.#log.error('audit-failed', {
        error: error instanceof Error ? error.message : 'unknown',
      });
      return deny('KARS_AUDIT_UNAVAILABLE', 'audit log', 'the decision cannot be recorded');
    }
  }

  /** Records what an allowed call used, once it is known; a second record of the same call. */
  async settled(call: DecidedCall, tokens: TokenUsage, outcome: string): Promise<void> {
    this.#metrics.tokens.inc({ direction: 'input' }, tokens.input);
    this.#metrics.tokens.inc({ direction: 'output' }, tokens.output);
    const ended = { ...call, surface: `${call.surface}-usage` };
    await this.#append(ended, outcome, { tokens: { ...tokens } });
    this.#log.info('settled', { target: clip(call.target), ...tokens, outcome });
  }

  /** Records what an allowed connection has carried, once it has ended; a second record of the same call. */
  async closed(call: DecidedCall, why: string, traffic: Traffic): Promise<void> {
    const { surface } = call;
    try {
      await this.#append({ ...call, surface: `${surface}-closed` }, why, { traffic }, 'soon');
      this.#log.info('closed', { surface, target: clip(call.target), ...traffic });
    } catch (error) {
      // The next call is denied for the same cause.
      this.#log.error('audit-failed', { error: String(error) });
    }
  }

  async #recordRepeats(repeats: Repeats): Promise<void> {
    const { denied, count, since } = repeats;
    const { surface, target, decision } = denied;
    try {
      await this.#append(denied, decision.reason, { repeats: { count, since } });
      this.#log.info('denied-again', { surface, target, code: decision.code, count, since });
    } catch (error) {
      this.#repeated.giveBack(repeats);
      this.#log.error('audit-failed', { error: String(error) });
    }
  }

  async #append(
    call: DecidedCall,
    reason: string,
    used: Pick<AuditEntry, 'reserved' | 'tokens' | 'traffic' | 'repeats'> = {},
    when?: AppendTime,
  ): Promise<void> {
    const { set = 'none', surface, target, decision, trace } = call;
    const entry: Omit<AuditEntry, 'time'> = {
      sandbox: this.#sandbox,
      process: this.#process,
      set,
      surface,
      target: clip(target),
      decision: decision.allow ? 'allow' : 'deny',
      code: decision.allow ? '' : decision.code,
      rule: clip(decision.rule),
      reason: clip(reason),
      ...(trace === undefined ? {} : { trace }),
      ...used,
    };
    await this.#audit.append(entry, when);
  }
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { deny, type Deny, type TokenBudget } from 'kars-constructs/contract';
import { hasRecords } from '../../audit/segments.ts';
import { StateFault } from '../../state/state-fault.ts';
import type { ChatRequest } from '../chat-request.ts';
import type { ChatPlan } from '../decide-chat.ts';
import { askedOutput, withOutputLimit } from '../output-limit.ts';
import { inputBound } from './input-bound.ts';
import { Ledger } from './ledger.ts';
import { windowsAt, type Window } from './windows.ts';

const FILE = 'budget.sqlite';

/** A call, and the field of its body that limits its output. */
export type BoundedCall = Pick<ChatPlan, 'body' | 'outputLimit'>;

/** Tokens that are charged for a call before it is made. */
export interface Reservation {
  readonly windows: readonly Window[];
  readonly tokens: number;
}

/** Output that a call may have, and the field that says so. */
export interface ReservedOutput {
  readonly output: number;
  readonly rule: string;
}

/** A call that has its tokens. */
export interface Reserved {
  readonly reservation: Reservation;
  /** With output tokens of what is left at most. */
  readonly body: ChatRequest;
  /** What of it is for output; undefined without a budget. */
  readonly reserved: ReservedOutput | undefined;
  /** Left in the window that has least, when all that is reserved is used; undefined without a budget. */
  readonly left: number | undefined;
}

/** A budget, and the field that it stands in. */
export interface BudgetInForce {
  readonly budget: TokenBudget | undefined;
  readonly rule: string;
}

/** A window with a limit. */
interface Limited {
  readonly window: Window;
  readonly limit: number;
  readonly left: number;
}

/**
 * Charges calls before they are made, and gives back what they did not use. Between looking and charging
 * nothing else runs, so no number of calls at once uses more than there is. What was reserved by a process
 * that has died stays charged: nobody knows what the provider did.
 */
export class Budget {
  readonly #now: () => Date;
  #ledger: Ledger | undefined;

  constructor(now: () => Date = () => new Date(), ledger?: Ledger) {
    this.#now = now;
    this.#ledger = ledger;
  }

  /**
   * Goes on from what the state directory says was charged.
   *
   * @throws StateFault when that cannot be read, or is gone from a directory that has an audit log.
   */
  readonly read = async (directory: string): Promise<void> => {
    this.close();
    const file = join(directory, FILE);
    if (!existsSync(file) && (await hasRecords(directory))) throw isGone(file);
    this.#ledger = Ledger.open(file);
    this.#ledger.forgetBefore(this.#now());
  };

  /** Reserves what a call can use at most under a budget, and lowers its output to what is left. */
  reserve(call: BoundedCall, { budget, rule }: BudgetInForce): Reserved | Deny {
    const ledger = this.#ledger;
    if (ledger === undefined) return unavailable(rule, 'the state directory is not in use');
    const windows = windowsAt(this.#now());
    try {
      const scarcest = scarcestOf(windows, budget, ledger);
      const plan = fit(call, scarcest, rule);
      if ('code' in plan) return plan;
      ledger.charge(windows, plan.tokens);
      const left = scarcest && scarcest.left - plan.tokens;
      const { tokens, ...rest } = plan;
      return { reservation: { windows, tokens }, ...rest, left };
    } catch (error) {
      return unavailable(rule, String(error));
    }
  }

  /** Charges what a call has used instead of what was reserved for it, which stays charged where that fails. */
  settle({ windows, tokens }: Reservation, used: number): void {
    try {
      this.#ledger?.charge(windows, used - tokens);
    } catch {
      // The answer is the agent's all the same; the next call is denied for the same cause.
    }
  }

  /** Left of each window with a limit, by its kind. */
  left(budget: TokenBudget | undefined): ReadonlyMap<Window['kind'], number> {
    const ledger = this.#ledger;
    if (ledger === undefined) return new Map();
    const limited = limitedOf(windowsAt(this.#now()), budget, ledger);
    return new Map(limited.map(({ window, left }) => [window.kind, left]));
  }

  close(): void {
    this.#ledger?.close();
    this.#ledger = undefined;
  }
}

/** The ledger is made before the first record is written. */
const isGone = (file: string): StateFault =>
  new StateFault(
    'KARS_BUDGET_BROKEN',
    `${file} is gone, and the audit log beside it is not, so nobody knows what was charged; restore it from a snapshot, or move the audit log away as well to count from nothing`,
  );

const limitOf = (kind: Window['kind'], budget: TokenBudget): number | undefined =>
  ({ hour: budget.hourlyTokens, day: budget.dailyTokens, month: budget.monthlyTokens })[kind];

function limitedOf(
  windows: readonly Window[],
  budget: TokenBudget | undefined,
  ledger: Ledger,
): Limited[] {
  return windows.flatMap((window) => {
    const limit = budget && limitOf(window.kind, budget);
    return limit === undefined
      ? []
      : [{ window, limit, left: Math.max(0, limit - ledger.charged(window)) }];
  });
}

const scarcestOf = (...args: Parameters<typeof limitedOf>): Limited | undefined =>
  limitedOf(...args).reduce<Limited | undefined>(
    (least, one) => (least === undefined || one.left < least.left ? one : least),
    undefined,
  );

/** What is reserved for a call, and its body. */
type Fitting = Pick<Reserved, 'body' | 'reserved'> & Pick<Reservation, 'tokens'>;

/** What to reserve for a call, and its body with no more output than fits. */
function fit(
  { body, outputLimit }: BoundedCall,
  scarcest: Limited | undefined,
  rule: string,
): Fitting | Deny {
  if (scarcest === undefined) return { tokens: 0, body, reserved: undefined };
  const input = inputBound(body);
  const answers = body.n ?? 1;
  if (input === undefined) {
    const reason = 'got content that is no text, and nobody knows how many tokens that is';
    return deny('KARS_BUDGET_UNBOUNDED', rule, reason);
  }
  const { window, limit, left } = scarcest;
  const most = Math.floor((left - input) / answers);
  if (most < 1) {
    const reason = `the ${window.id} (UTC) has ${left} of ${limit} tokens left, and the request may take ${input + answers}; it ends at ${window.ends}`;
    return deny('KARS_BUDGET_SPENT', rule, reason);
  }
  const each = Math.min(askedOutput(body) ?? most, most);
  const output = each * answers;
  return {
    tokens: input + output,
    body: withOutputLimit(body, outputLimit, each),
    reserved: { output, rule },
  };
}

const unavailable = (rule: string, why: string): Deny =>
  deny('KARS_BUDGET_UNAVAILABLE', rule, `nothing can be charged (${why})`);

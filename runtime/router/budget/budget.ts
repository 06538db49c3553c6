import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { deny, type BudgetStatus, type Deny, type TokenBudget } from 'kars-constructs/contract';
import { hasRecords } from '../../audit/segments.ts';
import { StateFault } from '../../state/state-fault.ts';
import { Ledger } from './ledger.ts';
import { windowsAt, type Window } from './windows.ts';

const FILE = 'budget.sqlite';

/** What a call may use. */
export interface Demand {
  /** Most tokens of its input; undefined where nobody knows. Counted under a budget only. */
  readonly input: () => number | undefined;
  /** How many answers it asks for; none where a model says nothing. */
  readonly answers: number;
  /** Most tokens of each; undefined where it names no limit. */
  readonly output: number | undefined;
}

/** Tokens that are charged for a call before it is made. */
export interface Reservation {
  readonly windows: readonly Window[];
  readonly tokens: number;
}

/** Tokens of output that a call may have, and the field that says so. */
export interface ReservedOutput {
  readonly each: number;
  readonly total: number;
  readonly rule: string;
}

/** A call that has its tokens. */
export interface Reserved {
  readonly reservation: Reservation;
  /** What of it is for output; undefined without a budget. */
  readonly output: ReservedOutput | undefined;
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

  /** Reserves what a call can use at most under a budget, with no more output than is left. */
  reserve(demand: Demand, { budget, rule }: BudgetInForce): Reserved | Deny {
    const ledger = this.#ledger;
    if (ledger === undefined) return unavailable(rule, 'the state directory is not in use');
    const windows = windowsAt(this.#now());
    try {
      const scarcest = scarcestOf(windows, budget, ledger);
      const fitting = fit(demand, scarcest, { budget, rule });
      if ('code' in fitting) return fitting;
      const { tokens, output } = fitting;
      ledger.charge(windows, tokens);
      const left = scarcest && scarcest.left - tokens;
      return { reservation: { windows, tokens }, output, left };
    } catch (error) {
      return unavailable(rule, String(error));
    }
  }

  /** Charges what a call has used instead of what was reserved for it, which stays charged where that fails. */
  settle({ windows, tokens }: Reservation, used: number): void {
    try {
      if (used < tokens) this.#ledger?.giveBack(windows, tokens - used);
      else this.#ledger?.charge(windows, used - tokens);
    } catch {
      // The answer is the agent's all the same; the next call is denied for the same cause.
    }
  }

  /** The windows with a limit, the shortest first; none where nobody knows, and calls are denied for it. */
  windows(budget: TokenBudget | undefined): BudgetStatus[] {
    const ledger = this.#ledger;
    if (ledger === undefined) return [];
    try {
      return limitedOf(windowsAt(this.#now()), budget, ledger).map(
        ({ window: { kind: window, ends }, limit, left }) => ({ window, limit, left, ends }),
      );
    } catch {
      return [];
    }
  }

  /** Left of each window with a limit, by its kind. */
  left(budget: TokenBudget | undefined): ReadonlyMap<Window['kind'], number> {
    return new Map(this.windows(budget).map(({ window, left }) => [window, left]));
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

/** What to reserve for a call. */
function fit(
  { input: inputOf, answers, output }: Demand,
  scarcest: Limited | undefined,
  { budget, rule }: BudgetInForce,
): (Pick<Reservation, 'tokens'> & Pick<Reserved, 'output'>) | Deny {
  if (scarcest === undefined) return { tokens: 0, output: undefined };
  const input = inputOf() ?? budget?.uncountedInputTokens;
  if (input === undefined) {
    const reason =
      'nobody knows how many tokens the request takes: it has content that is no text, or nothing limits its output';
    return deny('KARS_BUDGET_UNBOUNDED', rule, reason);
  }
  const { window, limit, left } = scarcest;
  const most = answers === 0 ? 0 : Math.floor((left - input) / answers);
  if (input + answers > left) {
    const reason = `the ${window.id} (UTC) has ${left} of ${limit} tokens left, and the request may take ${input + answers}; it ends at ${window.ends}`;
    return deny('KARS_BUDGET_SPENT', rule, reason);
  }
  const each = Math.min(output ?? most, most);
  const total = each * answers;
  return { tokens: input + total, output: { each, total, rule } };
}

const unavailable = (rule: string, why: string): Deny =>
  deny('KARS_BUDGET_UNAVAILABLE', rule, `nothing can be charged (${why})`);

import { secondsOf, type PolicyProfile, type PolicyRule } from 'kars-constructs/contract';
import { LONGEST_ACTION, normalizeAction } from './action.ts';
import { PatternIndex } from './pattern-index.ts';
import type { PolicyDecisionProvider, PolicyQuestion, Verdict } from './provider.ts';
import { RateWindows, type RateBound } from './rate-windows.ts';
import {
  isAllIn,
  isAnyIn,
  lineOf,
  readShellPattern,
  SHELL,
  type ShellPattern,
} from './shell-patterns.ts';

/** What a rule does with what it matches, the strictest first: of two rules of one priority that one decides. */
const EFFECTS = ['deny', 'requires_approval', 'allow'] as const;

type Effect = (typeof EFFECTS)[number];

/** One effect of one rule. */
interface RankedRule {
  readonly name: string;
  readonly priority: number;
  readonly effect: Effect;
  readonly approvals: number;
  readonly patterns: readonly string[];
  readonly shell: readonly ShellPattern[];
  /** The lower decides. */
  rank: number;
}

/** A bound on actions. */
interface RateRule {
  readonly name: string;
  readonly key: string;
  readonly bound: RateBound;
  readonly shell: readonly ShellPattern[];
}

/** A bound besides those of profiles. */
export interface ActionBound extends RateBound {
  readonly rule: string;
  readonly actions: readonly string[];
}

/** What an engine is made from. */
export interface NativeEngineOptions {
  /** Merged: the rules of all of them stand in one order. */
  readonly profiles: readonly PolicyProfile[];
  readonly bounds?: readonly ActionBound[];
  readonly windows?: RateWindows;
}

/**
 * Decides by the rules of profiles, in the order of their priority, and denies what no rule is about. Bounds
 * hold whatever rule allows an action, since one that an earlier rule could switch off would be none.
 */
export class NativeEngine implements PolicyDecisionProvider {
  readonly name = 'native';
  readonly #index = new PatternIndex<RankedRule>();
  readonly #shellRules: readonly RankedRule[];
  readonly #rates = new PatternIndex<RateRule>();
  readonly #shellRates: readonly RateRule[];
  readonly #windows: RateWindows;

  constructor({ profiles, bounds = [], windows = new RateWindows() }: NativeEngineOptions) {
    const named = profiles.flatMap(({ agent = 'profile', policies }) =>
      policies.map((rule) => ({ rule, name: `${agent}: ${rule.name}` })),
    );
    const ranked = named
      .flatMap(({ rule, name }) => effectsOf(rule, name))
      .sort(
        (one, other) =>
          other.priority - one.priority ||
          EFFECTS.indexOf(one.effect) - EFFECTS.indexOf(other.effect),
      );
    for (const [rank, rule] of ranked.entries()) {
      rule.rank = rank;
      for (const pattern of rule.patterns) this.#add(pattern, rule);
    }
    this.#shellRules = ranked.filter(({ shell }) => shell.length > 0);
    const rates = [
      ...named.flatMap(({ rule, name }, index) => rateOf(rule, name, index)),
      ...bounds.map((bound) => ({ ...bound, key: keyOf(bound.rule, bound) })),
    ].map(({ actions, ...rate }) => {
      const { patterns, shell } = partsOf(actions);
      const kept: RateRule = { name: rate.rule, key: rate.key, bound: rate, shell };
      for (const pattern of patterns) this.#rates.add(pattern, kept);
      return kept;
    });
    this.#shellRates = rates.filter(({ shell }) => shell.length > 0);
    this.#windows = windows;
    windows.keep(new Set(rates.map(({ key }) => key)));
  }

  decide({ action: asked, isTrial }: PolicyQuestion): Verdict {
    if (asked.length > LONGEST_ACTION) return denied(DEFAULT, 'the action is longer than any rule');
    const action = normalizeAction(asked);
    const decisive = action.startsWith(SHELL) ? this.#ofShell(action) : this.#of(action);
    if (decisive === undefined) return denied(DEFAULT, 'no rule of the policy allows the action');
    const { name: rule, effect, approvals } = decisive;
    if (effect === 'deny') return denied(rule, 'a rule of the policy denies the action');
    if (effect === 'requires_approval') {
      const reason = `${approvals} of those who may have to approve the action first`;
      return { kind: effect, rule, reason, approvals };
    }
    return this.#bound(action, isTrial === true) ?? { kind: 'allow', rule };
  }

  /** What is below an action is denied with it: `tool:search:x` by a rule for `tool:search`. */
  #add(pattern: string, rule: RankedRule): void {
    this.#index.add(pattern, rule);
    if (rule.effect !== 'allow' && !pattern.endsWith('*')) this.#index.add(`${pattern}:*`, rule);
  }

  #of(action: string): RankedRule | undefined {
    let decisive: RankedRule | undefined;
    this.#index.visit(action, (rule) => {
      if (decisive === undefined || rule.rank < decisive.rank) decisive = rule;
    });
    return decisive;
  }

  #ofShell(action: string): RankedRule | undefined {
    const line = lineOf(action);
    return this.#shellRules.find(({ effect, shell }) =>
      effect === 'allow' ? isAllIn(line, shell) : isAnyIn(line, shell),
    );
  }

  /** Nothing is counted unless all bounds let it pass. */
  #bound(action: string, isTrial: boolean): Verdict | undefined {
    const rates = this.#ratesOf(action);
    for (const { name: rule, key, bound } of rates) {
      const wait = this.#windows.wait(key, bound);
      if (wait === 0) continue;
      const reason = `${bound.calls} in ${bound.seconds} seconds, as many as the rule allows`;
      return { kind: 'rate_limited', rule, reason, retryAfter: Math.ceil(wait) };
    }
    if (!isTrial) for (const { key, bound } of rates) this.#windows.add(key, bound);
    return undefined;
  }

  #ratesOf(action: string): Iterable<RateRule> {
    if (action.startsWith(SHELL)) {
      const line = lineOf(action);
      return this.#shellRates.filter(({ shell }) => isAnyIn(line, shell));
    }
    const rates = new Set<RateRule>();
    this.#rates.visit(action, (rate) => rates.add(rate));
    return rates;
  }
}

const DEFAULT = 'default of the policy';

const denied = (rule: string, reason: string): Verdict => ({ kind: 'deny', rule, reason });

/** Patterns by what they are compared with: `*` stands for lines of a shell too. */
function partsOf(actions: readonly string[]): { patterns: string[]; shell: ShellPattern[] } {
  const patterns = [...new Set(actions.map(normalizeAction))];
  const ofShell = patterns.filter((one) => one.startsWith(SHELL)).map(readShellPattern);
  const covers = patterns.some((one) => one.endsWith('*') && SHELL.startsWith(one.slice(0, -1)));
  return {
    patterns: patterns.filter((one) => !one.startsWith(SHELL)),
    shell: covers ? [...ofShell, readShellPattern(`${SHELL}*`)] : ofShell,
  };
}

function effectsOf(rule: PolicyRule, name: string): RankedRule[] {
  const { priority = 0 } = rule;
  const effect = (of: Effect, actions: readonly string[] = [], approvals = 0): RankedRule[] =>
    actions.length === 0
      ? []
      : [{ name, priority, effect: of, approvals, ...partsOf(actions), rank: 0 }];
  switch (rule.type) {
    case 'capability':
      return [...effect('deny', rule.denied_actions), ...effect('allow', rule.allowed_actions)];
    case 'approval':
      return effect('requires_approval', rule.actions, rule.min_approvals ?? 1);
    case 'rate_limit':
      return [];
  }
}

/** Rules may have one name; each counts by itself. */
function rateOf(rule: PolicyRule, name: string, index: number) {
  if (rule.type !== 'rate_limit') return [];
  const bound = { calls: rule.max_calls, seconds: secondsOf(rule.window) ?? 1 };
  const { actions = ['*'] } = rule;
  return [{ ...bound, rule: name, actions, key: keyOf(`${index} ${name}`, bound) }];
}

const keyOf = (rule: string, { calls, seconds }: RateBound): string =>
  `${rule} ${calls}/${seconds}`;

import { secondsOf, type PolicyProfile, type PolicyRule } from 'kars-constructs/contract';
import type {
  PolicyDecisionProvider,
  PolicyQuestion,
  Verdict,
} from '../../../../runtime/governance/provider.ts';
import { newAgtEngine, type AgtPolicyEngine, type AgtRule } from './agt-package.ts';

/** A profile that the SDK has no way to say. */
export class Inexpressible extends Error {}

/**
 * The engine of the agent governance toolkit behind the interface of ours. Its conditions compare texts in full:
 * so it is asked about an action, its verb and, for a line of a shell, its program as the first word.
 *
 * @throws Inexpressible for profiles that it cannot have.
 */
export class AgtEngine implements PolicyDecisionProvider {
  readonly name = 'agt';
  readonly #engine: AgtPolicyEngine;

  constructor({ profiles }: { readonly profiles: readonly PolicyProfile[] }) {
    this.#engine = newAgtEngine();
    const rules = profiles.flatMap(({ policies }) => policies.flatMap(rulesOf));
    this.#engine.loadPolicy({ name: 'profile', scope: 'global', rules, default_action: 'deny' });
  }

  decide({ principal, action }: PolicyQuestion): Verdict {
    const [verb = '', rest = ''] = action.split(/:(.*)/s);
    const program = verb === 'shell' ? (rest.split(' ', 1)[0] ?? '') : '';
    const facts = { act: action, verb, program };
    const decided = this.#engine.evaluatePolicy(principal, facts);
    const { matchedRule: rule = 'default', reason, rateLimited } = decided;
    if (rateLimited) return { kind: 'rate_limited', rule, reason, retryAfter: 1 };
    if (decided.action === 'allow') return { kind: 'allow', rule };
    return decided.action === 'require_approval'
      ? { kind: 'requires_approval', rule, reason, approvals: 1 }
      : { kind: 'deny', rule, reason };
  }
}

function rulesOf(rule: PolicyRule): AgtRule[] {
  const { name, priority = 0 } = rule;
  const rules = (ruleAction: AgtRule['ruleAction'], actions: readonly string[] = []): AgtRule[] =>
    actions.map((pattern, index) => ({
      name: `${name}-${ruleAction}-${index}`,
      ...conditionOf(pattern),
      ruleAction,
      priority,
    }));
  switch (rule.type) {
    case 'capability':
      return [...rules('deny', rule.denied_actions), ...rules('allow', rule.allowed_actions)];
    case 'approval':
      return rules('require_approval', rule.actions);
    case 'rate_limit':
      return rules('allow', rule.actions ?? ['*']).map((one) => ({ ...one, limit: limitOf(rule) }));
  }
}

/** A verb, a program or the whole action; beginnings of anything else cannot be said. */
function conditionOf(pattern: string): { readonly condition?: string } {
  if (/['"]/.test(pattern)) throw new Inexpressible(`a condition cannot have ${pattern}`);
  if (pattern === '*') return {};
  const [, verb, rest = ''] = /^([^:]+):(.*)$/s.exec(pattern) ?? [];
  if (rest === '*') return { condition: `verb == '${verb}'` };
  if (pattern.endsWith('*')) throw new Inexpressible(`a condition has no beginnings: ${pattern}`);
  return { condition: verb === 'shell' ? `program == '${rest}'` : `act == '${pattern}'` };
}

const UNITS: ReadonlyMap<number, string> = new Map([
  [1, 'second'],
  [60, 'minute'],
  [3600, 'hour'],
]);

function limitOf({
  max_calls: calls,
  window,
}: Extract<PolicyRule, { type: 'rate_limit' }>): string {
  const unit = UNITS.get(secondsOf(window) ?? 0);
  if (unit === undefined) throw new Inexpressible(`a limit has no window of ${window}`);
  return `${calls}/${unit}`;
}

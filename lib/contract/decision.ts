import { runtimeCodes, type RuntimeCodeName } from './codes/runtime.ts';

/** A call that may go on, and the rule that lets it. */
export interface Allow {
  readonly allow: true;
  readonly rule: string;
}

/** A call that may not go on. Everything in it may be shown to the agent. */
export interface Deny {
  readonly allow: false;
  readonly code: RuntimeCodeName;
  /** Where in which resource the decision was made, or would have to be changed. */
  readonly rule: string;
  readonly reason: string;
  readonly cure: string;
}

/** The outcome of a policy question. */
export type Decision = Allow | Deny;

/** A decision to go on, by `rule`. */
export const allow = (rule: string): Allow => ({ allow: true, rule });

/** A decision to refuse, with the cure of its code. */
export const deny = (code: RuntimeCodeName, rule: string, reason: string): Deny => ({
  allow: false,
  code,
  rule,
  reason,
  cure: runtimeCodes[code].cure,
});

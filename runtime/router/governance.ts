import { deny, type Deny, type RuntimeCodeName } from 'kars-constructs/contract';
import { inferenceAction, providerAction, toolAction } from '../governance/action.ts';
import { failClosed, type PolicyDecisionProvider, type Verdict } from '../governance/provider.ts';
import { RateWindows } from '../governance/rate-windows.ts';
import { toolPolicyEngine, type MakeEngine } from '../governance/tool-policy-engine.ts';
import { ruleOf, type CallPolicies } from './call-policies.ts';
import type { Waiting } from './call-rates.ts';
import type { OfferedTool, ToolCall } from './surfaces/surface.ts';

/** What a request asks for. */
export interface GovernedRequest {
  readonly surface: string;
  readonly model: string;
  readonly offered: readonly OfferedTool[];
}

/** What decides, where it is not the engine of this project. */
export interface GovernanceOptions {
  readonly engine?: string;
  readonly make?: MakeEngine;
  readonly windows?: RateWindows;
}

/** Has the engine of policies decide what a request asks for, and what its answer calls. */
export class Governance {
  /** Whose actions are decided. */
  readonly sandbox: string;
  /** What decides them. */
  readonly engine: string;
  readonly #make: MakeEngine | undefined;
  readonly #windows: RateWindows;
  readonly #engines = new WeakMap<object, PolicyDecisionProvider>();

  constructor(
    sandbox: string,
    { engine = 'native', make, windows = new RateWindows() }: GovernanceOptions = {},
  ) {
    this.sandbox = sandbox;
    this.engine = engine;
    this.#make = make;
    this.#windows = windows;
  }

  /** Refuses a request, or has it wait. Of the tools that it offers nothing is counted: nobody has called them yet. */
  async refuseRequest(
    { surface, model, offered }: GovernedRequest,
    policies: CallPolicies,
  ): Promise<Deny | Waiting | undefined> {
    for (const tool of offered) {
      const asked = actionOf(tool);
      const verdict = await this.ask(asked.action, policies, true);
      const denial =
        verdict.kind === 'rate_limited' ? undefined : denialOf(verdict, OFFERED, asked.about);
      if (denial !== undefined) return denial;
    }
    const action = inferenceAction(surface, model);
    const verdict = await this.ask(action, policies, false);
    const denial = denialOf(verdict, REQUESTED, action);
    return verdict.kind === 'rate_limited' && denial !== undefined
      ? { denial, retryAfter: verdict.retryAfter }
      : denial;
  }

  /** Refuses another model that would serve a request which has been counted. */
  async refuseTarget(
    surface: string,
    model: string,
    policies: CallPolicies,
  ): Promise<Deny | undefined> {
    const action = inferenceAction(surface, model);
    const verdict = await this.ask(action, policies, true);
    return verdict.kind === 'rate_limited' ? undefined : denialOf(verdict, REQUESTED, action);
  }

  /** Refuses a call of a tool in an answer. */
  async refuseCall(call: ToolCall, policies: CallPolicies): Promise<Deny | undefined> {
    const { action, about } = actionOf(call);
    return denialOf(await this.ask(action, policies, false), CALLED, about);
  }

  /** What the policy says of an action. */
  ask(action: string, policies: CallPolicies, isTrial: boolean): Verdict | Promise<Verdict> {
    return this.#engine(policies).decide({ principal: this.sandbox, action, isTrial });
  }

  #engine(policies: CallPolicies): PolicyDecisionProvider {
    const { tools } = policies;
    const key = tools?.payload ?? NO_POLICY;
    const known = this.#engines.get(key);
    if (known !== undefined) return known;
    const rule = (field: string): string =>
      tools === undefined ? 'no ToolPolicy' : ruleOf(tools, field);
    const engine = failClosed(toolPolicyEngine(tools?.payload, rule, this.#windows, this.#make));
    this.#engines.set(key, engine);
    return engine;
  }
}

const NO_POLICY = {};

/** A tool that runs at the provider is asked for by what it does, which requests and answers call by other names. */
function actionOf({ type, name, act }: OfferedTool): { action: string; about: string } {
  if (name === undefined && act !== undefined) return { action: providerAction(act), about: act };
  const about = name ?? type;
  return { action: toolAction(about), about };
}

/** What is answered to what a policy does not let pass. */
type Codes = Readonly<Record<Exclude<Verdict['kind'], 'allow'>, RuntimeCodeName>>;

const OFFERED: Codes = {
  deny: 'KARS_TOOL_NOT_ALLOWED',
  requires_approval: 'KARS_APPROVAL_NEEDED',
  rate_limited: 'KARS_TOOL_CALLS_EXCEEDED',
};

const CALLED: Codes = { ...OFFERED, deny: 'KARS_TOOL_CALL_NOT_ALLOWED' };

const REQUESTED: Codes = {
  ...OFFERED,
  deny: 'KARS_ACTION_NOT_ALLOWED',
  rate_limited: 'KARS_RATE_LIMITED',
};

/** More than names have; what a model says is in no message as a whole. */
const LONGEST_NAME = 256;

function denialOf(verdict: Verdict, codes: Codes, about: string): Deny | undefined {
  if (verdict.kind === 'allow') return undefined;
  const { kind, rule, reason } = verdict;
  return deny(codes[kind], rule, `${JSON.stringify(about.slice(0, LONGEST_NAME))}: ${reason}`);
}

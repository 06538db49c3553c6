import { deny, type Deny, type ProviderAct } from 'kars-constructs/contract';
import { decideUrl } from '../egress-policy/decide-url.ts';
import { ruleOf, type PoliciesInForce } from './call-policies.ts';
import { refuseUnknown, type Reach } from './surfaces/reach.ts';

/** What a policy lets a provider do, and what of that one request has asked for. */
export class ProviderReach implements Reach {
  /** What the request has the provider do. */
  readonly acts = new Set<ProviderAct>();
  readonly #policies: Pick<PoliciesInForce, 'inference' | 'egress'>;

  constructor(policies: Pick<PoliciesInForce, 'inference' | 'egress'>) {
    this.#policies = policies;
  }

  refuse(act: ProviderAct | undefined, what: string): Deny | undefined {
    const { inference } = this.#policies;
    if (act !== undefined && inference.payload.providerReach?.includes(act) === true) {
      this.acts.add(act);
      return undefined;
    }
    const missing = act === undefined ? '' : `; ${act} is not named`;
    return deny('KARS_PROVIDER_REACH', ruleOf(inference, 'providerReach'), `got ${what}${missing}`);
  }

  refuseUrl(act: ProviderAct, what: string, url: unknown): Deny | undefined {
    const unnamed = this.refuse(act, what);
    if (unnamed !== undefined) return unnamed;
    if (typeof url !== 'string') return refuseUnknown(`${what} that is no text`);
    const { egress } = this.#policies;
    const method = act === 'Mcp' ? 'POST' : 'GET';
    const decision = decideUrl(
      url,
      method,
      egress && { source: egress.source, allowlist: egress.payload },
    );
    return decision.allow ? undefined : { ...decision, reason: `${what}: ${decision.reason}` };
  }
}

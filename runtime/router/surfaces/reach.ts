import { deny, type Deny, type ProviderAct } from 'kars-constructs/contract';

const RULE = 'inference router, reach of the provider';

/** What a provider may fetch, run or keep for the agent: egress that no proxy of the sandbox sees. */
export interface Reach {
  /** Refuses what a policy does not name. @param act undefined for what none can name */
  readonly refuse: (act: ProviderAct | undefined, what: string) => Deny | undefined;
  /** The same, where the provider would connect to a URL: the egress of the sandbox has to have it as well. */
  readonly refuseUrl: (act: ProviderAct, what: string, url: unknown) => Deny | undefined;
}

/** Refuses an act of a provider. */
export const refuseAct = (what: string): Deny => deny('KARS_PROVIDER_REACH', RULE, `got ${what}`);

/** A provider that may do nothing but say something. */
export const noReach: Reach = {
  refuse: (_act, what) => refuseAct(what),
  refuseUrl: (_act, what) => refuseAct(what),
};

/** Refuses what the router does not know, since it could be such an act. */
export const refuseUnknown = (what: string): Deny =>
  deny('KARS_FIELD_UNKNOWN', RULE, `got ${what}, which the router does not know`);

/** Whether a value asks for nothing, whatever the name of its field. */
export const isNothing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (Array.isArray(value) && value.length === 0);

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The first denial. */
export function first<T>(
  items: Iterable<T>,
  refuse: (item: T) => Deny | undefined,
): Deny | undefined {
  for (const item of items) {
    const denial = refuse(item);
    if (denial !== undefined) return denial;
  }
  return undefined;
}

/** Refuses every field of a value but those that are known to be harmless or that say nothing. */
export const refuseFieldsBut = (
  known: ReadonlySet<string>,
  at: string,
  value: Readonly<Record<string, unknown>>,
): Deny | undefined =>
  first(Object.entries(value), ([name, one]) =>
    known.has(name) || isNothing(one) ? undefined : refuseUnknown(`${at}.${name}`),
  );

import { deny, type Deny } from 'kars-constructs/contract';
import { first, isNothing } from '../surfaces/reach.ts';

/** How a translation refuses what it would lose. */
export interface Refusals {
  readonly refuse: (what: string) => Deny;
  /** Refuses every member of a value but those that are known or that say nothing. */
  readonly refuseOthers: (
    at: string,
    value: Readonly<Record<string, unknown>>,
    known: ReadonlySet<string>,
  ) => Deny | undefined;
}

/** Refusals that name the API which is translated to. */
export function refusalsOf(api: string, hasNot: string): Refusals {
  const rule = `inference router, translation to ${api}`;
  const refuse = (what: string): Deny =>
    deny('KARS_NOT_TRANSLATABLE', rule, `got ${what}, which ${api} ${hasNot}`);
  return {
    refuse,
    refuseOthers: (at, value, known) =>
      first(Object.entries(value), ([name, one]) =>
        known.has(name) || isNothing(one) ? undefined : refuse(`${at}${name}`),
      ),
  };
}

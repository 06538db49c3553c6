import { deny, type Deny } from 'kars-constructs/contract';

/** Who refuses. */
export const RULE = 'inference router, translation of responses';

/** Refuses an answer that is not as responses have it, or that chat completions have no words for. */
export const invalid = (part: string): Deny =>
  deny('KARS_UPSTREAM_INVALID', RULE, `the provider sent a response with ${part}`);

/** An item that is neither said, nor thought, nor a call which an agent runs. */
export const NO_ITEM = invalid('an item that is none of chat completions');

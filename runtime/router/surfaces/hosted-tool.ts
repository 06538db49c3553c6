import type { ProviderAct } from 'kars-constructs/contract';

/** A tool that runs at the provider, or what a conversation says of its use. */
export interface Hosted {
  readonly act: ProviderAct;
  /** Members that it may have. */
  readonly members: ReadonlySet<string>;
}

import type { Construct } from 'constructs';
import { karsMemory as definition } from '../contract/kinds/kars-memory.ts';
import { CustomResource, type CustomResourceProps } from '../private/custom-resource.ts';
import type { KarsSandbox } from '../sandbox/kars-sandbox.ts';

/** Props of {@link KarsMemory}. */
export interface KarsMemoryProps extends CustomResourceProps {
  /** Sandbox whose agent uses the memory. */
  readonly sandbox: KarsSandbox;
  /** Name of the memory store, a DNS label. */
  readonly storeName: string;
  /** Part of the store that the sandbox sees: letters, digits and `_ - . % + @ /`, at most 256. */
  readonly scope: string;
}

/**
 * A memory store for the agent of a sandbox. It is checked at synth and recorded; nothing in the
 * cluster serves it in this release, and admission says so.
 */
export class KarsMemory extends CustomResource {
  constructor(scope: Construct, id: string, props: KarsMemoryProps) {
    const { sandbox, storeName, scope: part } = props;
    super(scope, id, props, () => ({
      definition,
      spec: { sandboxRef: { name: sandbox.name }, storeName, scope: part },
    }));
  }
}

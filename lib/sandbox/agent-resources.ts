import type { Size } from 'cdk8s';
import { cores, mebibytes } from '../private/quantities.ts';

/** Props of {@link AgentResources}. */
export interface AgentResourcesProps {
  /** CPU that is reserved and the most that is used, in cores. */
  readonly cpu: { readonly request: number; readonly limit: number };
  /** Memory that is reserved and the most that is used. */
  readonly memory: { readonly request: Size; readonly limit: Size };
  /**
   * Disk of the node that is reserved, and the most that logs and empty directories of the pod use.
   *
   * @default 256 MiB, and room for all of them
   */
  readonly ephemeralStorage?: { readonly request: Size; readonly limit: Size };
}

/** CPU, memory and disk of the agent container. */
export class AgentResources {
  /** As the custom resource and the container carry it. */
  readonly spec: {
    readonly requests: Readonly<Record<string, string>>;
    readonly limits: Readonly<Record<string, string>>;
  };

  constructor({ cpu, memory, ephemeralStorage: storage }: AgentResourcesProps) {
    const block = (of: 'request' | 'limit'): Record<string, string> => ({
      cpu: cores(cpu[of]),
      memory: mebibytes(memory[of]),
      ...(storage === undefined ? {} : { 'ephemeral-storage': mebibytes(storage[of]) }),
    });
    this.spec = { requests: block('request'), limits: block('limit') };
  }
}

import type { Size } from 'cdk8s';

/** Props of {@link AgentResources}. */
export interface AgentResourcesProps {
  /** CPU that is reserved and the most that is used, in cores. */
  readonly cpu: { readonly request: number; readonly limit: number };
  /** Memory that is reserved and the most that is used. */
  readonly memory: { readonly request: Size; readonly limit: Size };
}

/** CPU and memory of the agent container. */
export class AgentResources {
  /** As the custom resource and the container carry it. */
  readonly spec: {
    readonly requests: { readonly cpu: string; readonly memory: string };
    readonly limits: { readonly cpu: string; readonly memory: string };
  };

  constructor({ cpu, memory }: AgentResourcesProps) {
    this.spec = {
      requests: { cpu: cores(cpu.request), memory: `${memory.request.toMebibytes()}Mi` },
      limits: { cpu: cores(cpu.limit), memory: `${memory.limit.toMebibytes()}Mi` },
    };
  }
}

const cores = (count: number): string => `${Math.round(count * 1000)}m`;

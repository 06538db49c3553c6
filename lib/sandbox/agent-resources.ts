import type { Size } from 'cdk8s';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';
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

  readonly #problems: readonly Problem[];

  constructor({ cpu, memory, ephemeralStorage: storage }: AgentResourcesProps) {
    const block = (of: 'request' | 'limit'): Record<string, string> => ({
      cpu: cores(cpu[of]),
      memory: mebibytes(memory[of]),
      ...(storage === undefined ? {} : { 'ephemeral-storage': mebibytes(storage[of]) }),
    });
    this.spec = { requests: block('request'), limits: block('limit') };
    this.#problems = [
      ...(cpu.request > cpu.limit ? ['cpu'] : []),
      ...(isMore(memory) ? ['memory'] : []),
      ...(storage !== undefined && isMore(storage) ? ['ephemeral-storage'] : []),
    ].map((kind) => this.#requestOverLimit(kind));
  }

  /** Everything that a sandbox refuses about these resources. */
  validate(): readonly Problem[] {
    return this.#problems;
  }

  #requestOverLimit(kind: string): Problem {
    const { requests, limits } = this.spec;
    const text = `got a request of ${requests[kind] ?? ''} and a limit of ${limits[kind] ?? ''}, supply a limit that is no less`;
    return problem('KARS_AGENT_REQUEST', `resources.${kind}`, text);
  }
}

const isMore = ({ request, limit }: { readonly request: Size; readonly limit: Size }): boolean =>
  request.toMebibytes() > limit.toMebibytes();

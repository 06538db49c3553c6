import type { Service } from 'kubernetes-types/core/v1.js';
import type { AcceptedSandboxSpec } from './input.ts';
import { podLabels, sandboxLabels, sandboxNamespace } from './names.ts';

/** The ports of the agent that may be reached from outside the pod, sorted, each once. */
export const inboundPorts = ({ inbound = [] }: AcceptedSandboxSpec): number[] =>
  [...new Set(inbound.map(({ port }) => port))].sort((a, b) => a - b);

/** A name in the cluster for the ports of the agent; none without such a port. */
export function agentService(sandbox: string, spec: AcceptedSandboxSpec): Service[] {
  const ports = inboundPorts(spec);
  if (ports.length === 0) return [];
  return [
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: {
        name: sandbox,
        namespace: sandboxNamespace(sandbox),
        labels: sandboxLabels(sandbox),
      },
      spec: {
        selector: podLabels(sandbox),
        ports: ports.map((port) => ({ name: `tcp-${port}`, protocol: 'TCP', port })),
      },
    },
  ];
}

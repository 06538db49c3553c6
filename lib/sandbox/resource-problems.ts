import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';
import type { AcceptedSandboxSpec } from './input.ts';

/** A quantity of Kubernetes above zero, see https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/. */
const ABOVE_ZERO =
  /^\+?(?=[0-9.]*[1-9])([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?$/;

/**
 * What would leave the agent without a bound. Resources are of unknown form in kars v0.1.x, so no schema
 * refuses them.
 */
export function resourceProblems({ resources }: AcceptedSandboxSpec): Problem[] {
  const { requests = {}, limits = {} } = resources ?? {};
  const without = ['cpu', 'memory', 'ephemeral-storage'].filter(
    (kind) => kind in requests && !(kind in limits),
  );
  return [
    ...Object.entries(limits)
      .filter(([, limit]) => !ABOVE_ZERO.test(String(limit)))
      .map(([kind, limit]) =>
        // The kubelet takes zero for no limit.
        refused(kind, `got ${JSON.stringify(limit)}, supply a quantity above zero such as "2Gi"`),
      ),
    ...without.map((kind) => refused(kind, 'got a request without a limit, supply both')),
  ];
}

const refused = (kind: string, text: string): Problem =>
  problem('KARS_AGENT_LIMIT', `spec.resources.limits.${kind}`, text);

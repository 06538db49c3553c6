import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { annotations } from '../contract/api.ts';
import { encodeApproval, runtimeSet } from '../contract/runtime-set.ts';
import type { EgressApprovalPayload } from '../contract/kinds/egress-approval/payload.ts';
import type { Reference } from '../private/custom-resource.ts';
import { approvalCeiling } from './approvals.ts';
import type { SandboxInput } from './input.ts';
import { sandboxLabels, sandboxNamespace } from './names.ts';
import { openPorts } from './network-policies.ts';

/**
 * Keeps the tools of GitOps from taking away what operators write: Argo CD does not prune it, and compares
 * only what the manifest has; Flux does not prune it either, and merges.
 *
 * @see https://argo-cd.readthedocs.io/en/stable/user-guide/sync-options/
 * @see https://fluxcd.io/flux/components/kustomize/kustomizations/#controlling-the-apply-behavior-of-resources
 */
const leftToOperators = {
  'argocd.argoproj.io/sync-options': 'Prune=false',
  'kustomize.toolkit.fluxcd.io/ssa': 'Merge',
  'kustomize.toolkit.fluxcd.io/prune': 'disabled',
};

/** Where operators write approvals: without data, which no synthesis knows. */
export function grantedApprovals(input: SandboxInput): ConfigMap {
  const { source, spec } = input.sandbox;
  const ports = openPorts(input).map(({ port, endPort }) =>
    port === endPort ? `${port}` : `${port}-${endPort}`,
  );
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: runtimeSet.granted,
      namespace: sandboxNamespace(source.name),
      labels: sandboxLabels(source.name),
      annotations: {
        ...leftToOperators,
        [annotations.ownerNamespace]: source.namespace,
        [annotations.approvalCeiling]: String(approvalCeiling(spec)),
        [annotations.approvalPorts]: ports.join(','),
      },
    },
  };
}

/** An approval that constructs say, in the form that the egress proxy reads. */
export interface DeclaredApproval {
  readonly source: Reference;
  readonly payload: EgressApprovalPayload;
}

/** The files of approvals that constructs say; undefined where they say none. */
export function declaredFiles(
  approvals: readonly DeclaredApproval[],
): Readonly<Record<string, string>> | undefined {
  if (approvals.length === 0) return undefined;
  return Object.fromEntries(
    approvals.map(({ source, payload }) => {
      const { file, body } = encodeApproval(source, payload);
      return [file, body];
    }),
  );
}

/** The ConfigMap of approvals that constructs say. */
export const declaredApprovals = (
  sandbox: string,
  data: ConfigMap['data'] | undefined,
): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: {
    name: runtimeSet.declared,
    namespace: sandboxNamespace(sandbox),
    labels: sandboxLabels(sandbox),
  },
  ...(data === undefined ? {} : { data }),
});

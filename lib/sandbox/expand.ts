import type { KubernetesObject } from '../private/manifest.ts';
import type { Problem } from '../contract/problem.ts';
import { environmentProblems } from './agent-environment.ts';
import { workspaceClaim } from './agent-volumes.ts';
import { grantedApprovals } from './approval-objects.ts';
import { compileDocuments, documentConfigMap } from './documents.ts';
import { floorProblems } from './floor-problems.ts';
import { hardeningConfigMap, hardeningOf } from './hardening.ts';
import { agentService } from './inbound-objects.ts';
import type { SandboxInput } from './input.ts';
import { networkPolicies } from './network-policies.ts';
import { operatorsBindings } from './operators.ts';
import { parentProblems } from './parent-proxy.ts';
import { podTemplate } from './pod.ts';
import { reachProblems } from './provider-reach.ts';
import { resourceProblems } from './resource-problems.ts';
import { runtimeProblems } from './runtime-problems.ts';
import { secretProblems } from './secret-problems.ts';
import { namespace, serviceAccount } from './service-account.ts';
import { stateClaim } from './volumes.ts';
import { workloadObject } from './workload-objects.ts';

/** The objects that a sandbox implies, in the order in which they can be applied. */
export interface Expansion {
  readonly objects: readonly KubernetesObject[];
  readonly problems: readonly Problem[];
}

/**
 * Expands the custom resources of a sandbox into the objects that realize it. Pure: whoever calls it
 * with the same input, at synth or in the cluster, gets the same objects.
 */
export function expandSandbox(input: SandboxInput): Expansion {
  const { source, spec } = input.sandbox;
  const { documents, problems } = compileDocuments(input);
  const hardening = hardeningOf(spec);
  const objects = [
    namespace(source.name, source.namespace),
    serviceAccount(source.name),
    ...operatorsBindings(source, input.floor),
    ...networkPolicies(input),
    ...documents.map((document) => documentConfigMap(source.name, document)),
    grantedApprovals(input),
    hardeningConfigMap(source.name, hardening),
    ...agentService(source.name, spec),
    ...stateClaim(source.name, spec),
    ...workspaceClaim(source.name, spec),
    workloadObject(input, podTemplate(input, documents, hardening)),
  ];
  return {
    objects: objects as readonly KubernetesObject[],
    problems: [
      ...problems,
      ...runtimeProblems(spec),
      ...resourceProblems(spec),
      ...environmentProblems(spec),
      ...secretProblems(input),
      ...parentProblems(spec),
      ...reachProblems(input),
      ...floorProblems(input),
    ],
  };
}

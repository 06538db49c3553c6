import { configMaps } from './config-maps.ts';
import { endpoints } from './exposure/endpoints.ts';
import { networkPolicies } from './exposure/network-policies.ts';
import { pluginPolicies } from './exposure/plugin-policies.ts';
import { routes } from './exposure/routes.ts';
import { services } from './exposure/services.ts';
import { inferenceFloor } from './inference-floor.ts';
import { namespaces } from './namespaces.ts';
import type { AdmissionParameters } from './parameters.ts';
import { agentContainer } from './pods/agent-container.ts';
import { guardContainer } from './pods/guard-container.ts';
import { nodeProfilePods } from './pods/node-profile-pods.ts';
import { podResize } from './pods/pod-resize.ts';
import { podShape } from './pods/pod-shape.ts';
import { podUpdates } from './pods/pod-updates.ts';
import { podVolumes } from './pods/pod-volumes.ts';
import { sidecarContainers } from './pods/sidecar-containers.ts';
import type { AdmissionPolicy } from './policy.ts';
import { roleBindings } from './role-bindings.ts';
import { sandboxFloor } from './sandbox-floor.ts';
import { serviceAccounts } from './service-accounts.ts';
import { subresources } from './subresources.ts';
import { workloads } from './workloads.ts';

/** Every admission policy that refuses. */
export const admissionPolicies = (parameters: AdmissionParameters): readonly AdmissionPolicy[] =>
  [
    configMaps,
    workloads,
    podShape,
    podVolumes,
    guardContainer,
    sidecarContainers,
    agentContainer,
    podUpdates,
    podResize,
    nodeProfilePods,
    namespaces,
    subresources,
    serviceAccounts,
    roleBindings,
    sandboxFloor,
    inferenceFloor,
    services,
    endpoints,
    routes,
    pluginPolicies,
    networkPolicies,
  ]
    .map((policy) => policy(parameters))
    .filter(({ refusals }) => refusals.length > 0);

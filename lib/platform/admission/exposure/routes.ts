import type { AdmissionPolicy, RequestRule } from '../policy.ts';
import { inOurNamespace } from '../request.ts';

const everything = (apiGroup: string, ...resources: readonly string[]): RequestRule => ({
  apiGroups: [apiGroup],
  apiVersions: ['*'],
  operations: ['CREATE', 'UPDATE'],
  resources,
});

/**
 * What leads from outside the cluster to a namespace, or lets a route of another namespace lead to it.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/
 */
export const routes = (): AdmissionPolicy => ({
  name: 'kars-routes',
  rules: [
    everything('networking.k8s.io', 'ingresses'),
    everything('gateway.networking.k8s.io', '*'),
    everything('route.openshift.io', 'routes'),
    everything('networking.istio.io', '*'),
    everything('projectcontour.io', '*'),
    everything('traefik.io', '*'),
  ],
  conditions: { ours: inOurNamespace },
  refusals: [
    {
      code: 'KARS_ROUTE_EXPOSED',
      allows: 'false',
      message:
        'no route leads to a sandbox; put a gateway into a namespace of its own, and let it in with inbound of KarsSandbox',
    },
  ],
});

/** Policies of network plug-ins, which add to NetworkPolicies and may open what these close. */
export const pluginPolicies = (): AdmissionPolicy => ({
  name: 'kars-plugin-policies',
  rules: [
    everything('cilium.io', 'ciliumnetworkpolicies'),
    everything('crd.projectcalico.org', 'networkpolicies'),
    everything('projectcalico.org', 'networkpolicies'),
    everything('crd.antrea.io', 'networkpolicies'),
  ],
  conditions: { ours: inOurNamespace },
  refusals: [
    {
      code: 'KARS_PLUGIN_POLICY',
      allows: 'false',
      message:
        'only NetworkPolicies decide here; declare connections with inbound and egress of KarsSandbox',
    },
  ],
});

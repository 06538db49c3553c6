import type { AdmissionPolicy } from '../policy.ts';
import { inOurNamespace } from '../request.ts';
import { everyVersion } from './every-version.ts';

/**
 * What leads from outside the cluster to a namespace, or lets a route of another namespace lead to it.
 *
 * @see https://gateway-api.sigs.k8s.io/reference/spec/
 */
export const routes = (): AdmissionPolicy => ({
  name: 'kars-routes',
  rules: [
    everyVersion('networking.k8s.io', 'ingresses'),
    everyVersion('gateway.networking.k8s.io', '*'),
    everyVersion('route.openshift.io', 'routes'),
    everyVersion('networking.istio.io', '*'),
    everyVersion('projectcontour.io', '*'),
    everyVersion('traefik.io', '*'),
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

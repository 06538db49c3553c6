import type { UserAttack } from '../attack.ts';
import { attack, inNamespace } from './requests.ts';

/** The same, to what leads to the pod and away from it. */
export const exposureRequests: readonly UserAttack[] = [
  attack(
    'plugin-policy',
    'open a sandbox by a policy of a network plug-in',
    'kars-plugin-policies',
    (target) =>
      target.client.call(
        'POST',
        `/apis/cilium.io/v1/namespaces/${target.namespace}/ciliumnetworkpolicies?dryRun=All`,
        { apiVersion: 'cilium.io/v1', kind: 'CiliumNetworkPolicy', metadata: { name: 'open' } },
      ),
  ),
  attack(
    'service-node-port',
    'open a port of every node',
    'kars-services',
    inNamespace('v1', 'Service', 'mine', {
      spec: { type: 'NodePort', selector: { a: 'b' }, ports: [{ port: 80 }] },
    }),
  ),
  attack(
    'service-balancer',
    'have the cloud make an address for a Service',
    'kars-services',
    inNamespace('v1', 'Service', 'mine', {
      spec: { type: 'LoadBalancer', selector: { a: 'b' }, ports: [{ port: 80 }] },
    }),
  ),
  attack(
    'service-name-outside',
    'make a Service that is a name outside',
    'kars-services',
    inNamespace('v1', 'Service', 'mine', {
      spec: { type: 'ExternalName', externalName: 'evil.example' },
    }),
  ),
  {
    ...attack(
      'service-proxy',
      'ask the router through a Service and the API server',
      'kars-subresources',
      ({ client, namespace }) =>
        client.call('GET', `/api/v1/namespaces/${namespace}/services/mine:8443/proxy/v1/models`),
    ),
    connects: true,
  },
  attack(
    'gateway-route',
    'route to a sandbox from a gateway',
    'kars-routes',
    ({ client, namespace }) =>
      client.call(
        'POST',
        `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes?dryRun=All`,
        {
          apiVersion: 'gateway.networking.k8s.io/v1',
          kind: 'HTTPRoute',
          metadata: { name: 'mine' },
          spec: { parentRefs: [{ name: 'public' }], rules: [] },
        },
      ),
  ),
  attack(
    'service-external-address',
    'give a Service an address outside',
    'kars-services',
    inNamespace('v1', 'Service', 'mine', {
      spec: { externalIPs: ['203.0.113.5'], selector: { a: 'b' }, ports: [{ port: 80 }] },
    }),
  ),
  attack(
    'service-router',
    'lead a Service to the router',
    'kars-services',
    inNamespace('v1', 'Service', 'mine', {
      spec: { selector: { a: 'b' }, ports: [{ port: 8443 }] },
    }),
  ),
  attack(
    'endpoints',
    'lead a Service to an address of its own',
    'kars-endpoints',
    inNamespace('discovery.k8s.io/v1', 'EndpointSlice', 'mine', {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.0.0.9'] }],
      ports: [{ port: 80 }],
    }),
  ),
  attack(
    'ingress',
    'route to a sandbox from outside',
    'kars-routes',
    inNamespace('networking.k8s.io/v1', 'Ingress', 'mine', {
      spec: { defaultBackend: { service: { name: 'a', port: { number: 80 } } } },
    }),
  ),
  attack(
    'policy-added',
    'add a network policy that opens everything',
    'kars-network-policies',
    inNamespace('networking.k8s.io/v1', 'NetworkPolicy', 'mine', {
      spec: { podSelector: {}, egress: [{}], policyTypes: ['Egress'] },
    }),
  ),
  attack(
    'policies-collection',
    'delete all network policies at once',
    'kars-network-policies',
    ({ client, namespace }) =>
      client.call(
        'DELETE',
        `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies?dryRun=All`,
      ),
  ),
  attack(
    'policy-deleted',
    'delete the network policy that denies',
    'kars-network-policies',
    ({ client, namespace }) =>
      client.call(
        'DELETE',
        `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/default-deny?dryRun=All`,
      ),
  ),
];

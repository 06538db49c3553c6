import type { Service } from 'kubernetes-types/core/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { pluralOf, serveForeign } from './foreign-kinds.ts';
import { sandboxVariants } from '../../support/sandbox-variants.ts';
import { synthesized } from '../../support/pod.ts';
import type { ApplicableObject } from '../client.ts';
import { refusalOf, useFloor, type Who } from './use-floor.ts';

type WholeService = ApplicableObject & { spec: NonNullable<Service['spec']> };

/** The Service of the sandbox `reader`, changed. */
function serviceWith(change: (spec: WholeService['spec']) => void = () => undefined): WholeService {
  const [service] = synthesized(sandboxVariants['inbound']).ofKind('Service');
  const copy = structuredClone(service) as unknown as WholeService;
  change(copy.spec);
  return copy;
}

const services: [string, string, (spec: WholeService['spec']) => void][] = [
  ['a port of every node', 'KARS_SERVICE_EXPOSED', (spec) => (spec.type = 'NodePort')],
  ['a load balancer', 'KARS_SERVICE_EXPOSED', (spec) => (spec.type = 'LoadBalancer')],
  ['an address outside', 'KARS_SERVICE_EXPOSED', (spec) => (spec.externalIPs = ['203.0.113.5'])],
  [
    'a name outside',
    'KARS_SERVICE_EXPOSED',
    (spec) => {
      spec.type = 'ExternalName';
      spec.externalName = 'evil.example';
    },
  ],
  ['no selector', 'KARS_SERVICE_SHAPE', (spec) => delete spec.selector],
  ['other pods', 'KARS_SERVICE_SHAPE', (spec) => (spec.selector = { app: 'a' })],
  [
    'the pods of another sandbox',
    'KARS_SERVICE_SHAPE',
    (spec) => (spec.selector = { ...spec.selector, 'kars.azure.com/sandbox': 'writer' }),
  ],
  [
    'the port of the router',
    'KARS_SERVICE_SHAPE',
    (spec) => (spec.ports = [{ name: 'a', port: 8443 }]),
  ],
  [
    'the port of the router under another number',
    'KARS_SERVICE_SHAPE',
    (spec) => (spec.ports = [{ name: 'a', port: 80, targetPort: 8443 }]),
  ],
  [
    'the health of the proxy',
    'KARS_SERVICE_SHAPE',
    (spec) => (spec.ports = [{ name: 'a', port: 9081 }]),
  ],
  [
    'a port of UDP',
    'KARS_SERVICE_SHAPE',
    (spec) => (spec.ports = [{ name: 'a', port: 8080, protocol: 'UDP' }]),
  ],
  [
    'pods that are not ready',
    'KARS_SERVICE_SHAPE',
    (spec) => (spec.publishNotReadyAddresses = true),
  ],
];

const metadata = { name: 'reader', namespace: 'kars-reader' };

const ingress: ApplicableObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'Ingress',
  metadata,
  ...{ spec: { defaultBackend: { service: { name: 'reader', port: { number: 8080 } } } } },
};

const slice: ApplicableObject = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata,
  ...{ addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.9'] }], ports: [{ port: 8080 }] },
};

const addresses: ApplicableObject = {
  apiVersion: 'v1',
  kind: 'Endpoints',
  metadata,
  ...{ subsets: [{ addresses: [{ ip: '10.0.0.9' }], ports: [{ port: 8080 }] }] },
};

/** Kinds of other APIs; whether their real definitions are installed does not matter to a policy. */
const foreign = [
  ['gateway.networking.k8s.io', 'HTTPRoute'],
  ['gateway.networking.k8s.io', 'GRPCRoute'],
  ['gateway.networking.k8s.io', 'UDPRoute'],
  ['gateway.networking.k8s.io', 'ReferenceGrant'],
  ['gateway.networking.k8s.io', 'Gateway'],
  ['route.openshift.io', 'Route'],
  ['networking.istio.io', 'VirtualService'],
  ['traefik.io', 'IngressRoute'],
  ['cilium.io', 'CiliumNetworkPolicy'],
] as const;

describe('what leads to a sandbox', () => {
  const floor = useFloor();
  const answer = async (who: Who, object: ApplicableObject): Promise<string> =>
    refusalOf(await floor.tries(who, object));
  const post = async (who: Who, group: string, kind: string): Promise<string> => {
    const path = `/apis/${group}/v1/namespaces/kars-reader/${pluralOf(kind)}?dryRun=All`;
    const object = { apiVersion: `${group}/v1`, kind, metadata: { name: 'reader' } };
    return refusalOf(await floor.as(who).call('POST', path, object));
  };

  beforeAll(async () => {
    await floor.namespace('reader');
    await serveForeign(floor.cluster.admin, foreign);
  });

  it('is the Service of constructs', async () => {
    expect(await answer('deployers', serviceWith())).toBe('allowed');
  });

  it.each(['tenant', 'operators', 'breakGlass', 'platformDeployers'] as const)(
    'is no Service of %s',
    async (who) => {
      expect(await answer(who, serviceWith())).toBe('KARS_SERVICE_WRITER');
    },
  );

  it.each(services)('is no Service with %s', async (_what, code, change) => {
    expect(await answer('deployers', serviceWith(change))).toBe(code);
  });

  it('is no hand-made address', async () => {
    for (const object of [slice, addresses]) {
      expect(await answer('deployers', object)).toBe('KARS_ENDPOINTS_WRITER');
      expect(await answer('tenant', object)).toBe('KARS_ENDPOINTS_WRITER');
    }
  });

  it('is no Ingress', async () => {
    expect(await answer('deployers', ingress)).toBe('KARS_ROUTE_EXPOSED');
    const elsewhere = { ...ingress, metadata: { name: 'a', namespace: 'default' } };
    expect(await answer('tenant', elsewhere)).toBe('allowed');
  });

  it.each(foreign)('is nothing of %s, such as %s', async (group, kind) => {
    const code = group === 'cilium.io' ? 'KARS_PLUGIN_POLICY' : 'KARS_ROUTE_EXPOSED';
    expect(await post('deployers', group, kind)).toBe(code);
  });

  describe('without the policies (negative control)', () => {
    beforeAll(() => floor.lift());

    it.each(services)('is a Service with %s', async (_what, _code, change) => {
      expect(await answer('tenant', serviceWith(change))).toBe('allowed');
    });

    it('is whatever anybody wants', async () => {
      for (const object of [ingress, slice, addresses]) {
        expect(await answer('tenant', object)).toBe('allowed');
      }
      for (const [group, kind] of foreign)
        expect(await post('tenant', group, kind)).toBe('allowed');
    });
  });
});

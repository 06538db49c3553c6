import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { ClusterNetwork } from 'kars-constructs';
import { synthesize, type SynthesizedApp } from 'kars-constructs/testing';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import { describePodMutants } from './pod-mutants.ts';
import { containerOf, podIn, type WholePod } from './pod.ts';
import { refusalOf, useFloor } from './use-floor.ts';

const url = 'http://collector.observability.svc:4318';

const network = ClusterNetwork.of({
  traceCollector: { url, pods: { namespace: 'observability', podLabels: { app: 'collector' } } },
});

const traced = (): SynthesizedApp =>
  synthesize((app) => {
    network.attachTo(app);
    sandboxIn(agentsChart(app));
  });

/** Gives a sidecar these arguments about traces, in place of its own. */
const sending =
  (name: 'egress-proxy' | 'router', ...given: readonly string[]) =>
  (pod: WholePod): void => {
    const sidecar = containerOf(pod, name);
    sidecar.args = [...(sidecar.args ?? []).filter((one) => !one.startsWith('--traces')), ...given];
  };

const own = `--traces=${url}`;

describePodMutants(
  'a pod on a platform with a collector of traces',
  [
    [
      'sends its traces elsewhere',
      'KARS_ROUTER_SHAPE',
      sending('router', '--traces=http://evil.example:4318'),
    ],
    ['sends its traces below', 'KARS_ROUTER_SHAPE', sending('router', `${own}/more`)],
    ['sends its traces twice', 'KARS_ROUTER_SHAPE', sending('router', own, own)],
    ['has the proxy send traces', 'KARS_PROXY_SHAPE', sending('egress-proxy', own)],
  ],
  { network, podOf: () => podIn(traced()) },
);

describePodMutants('a pod on a platform without a collector of traces', [
  ['sends traces', 'KARS_ROUTER_SHAPE', sending('router', own)],
]);

describe('the network policy for a collector of traces', () => {
  const floor = useFloor({}, undefined, [], network);

  beforeAll(() => floor.namespace('reader'));

  const tried = async (change: (rule: Rule) => void): Promise<string> => {
    const object = structuredClone(traced().find('NetworkPolicy', 'allow-traces'));
    for (const rule of (object as NetworkPolicy).spec?.egress ?? []) change(rule);
    return refusalOf(await floor.tries('deployers', object));
  };

  it('is taken as constructs write it', async () => {
    expect(await tried(() => undefined)).toBe('allowed');
  });

  it.each<[string, (rule: Rule) => void]>([
    ['every pod of the namespace', ({ to: [peer] = [] }) => delete peer?.podSelector],
    ['every namespace', (rule) => (rule.to = [{ namespaceSelector: {} }])],
    ['addresses', (rule) => (rule.to = [{ ipBlock: { cidr: '10.0.0.0/8' } }])],
    ['another port', (rule) => (rule.ports = [{ protocol: 'TCP', port: 443 }])],
    ['every port', (rule) => delete rule.ports],
  ])('is refused with %s', async (_what, change) => {
    expect(await tried(change)).toBe('KARS_NETWORK_POLICY_SHAPE');
  });
});

type Rule = NonNullable<NonNullable<NetworkPolicy['spec']>['egress']>[number];

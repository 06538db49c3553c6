import { Chart, Testing } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import { ParentProxy } from 'kars-constructs';
import { containerOf, podOfSandbox, type WholePod } from './pod.ts';
import { describePodMutants, type PodMutant } from './pod-mutants.ts';

const URL_OF_PARENT = 'http://proxy.example.com:3128';
const ranges = ['10.20.0.0/28'];
const credentials = {
  secret: Secret.fromSecretName(new Chart(Testing.app(), 'chart'), 'secret', 'proxy-account'),
  key: 'basic',
};

const argument = (url: string, range: string): string =>
  `--parent-proxy=${JSON.stringify({ ranges: [range], url })}`;

/** Gives a sidecar these arguments about a parent proxy, in place of its own. */
const behind =
  (name: 'egress-proxy' | 'router', ...given: readonly string[]) =>
  (pod: WholePod): void => {
    const sidecar = containerOf(pod, name);
    const others = (sidecar.args ?? []).filter((one) => !one.startsWith('--parent-'));
    sidecar.args = [...others, ...given];
  };

const shapes = { 'egress-proxy': 'KARS_PROXY_SHAPE', router: 'KARS_ROUTER_SHAPE' } as const;
const own = argument(URL_OF_PARENT, '10.20.0.0/28');

const ofSidecars = (['egress-proxy', 'router'] as const).flatMap((name): PodMutant[] => [
  [
    `gives the ${name} another parent`,
    shapes[name],
    behind(name, argument('http://evil.example:3128', '10.20.0.0/28')),
  ],
  [
    `gives the parent of the ${name} other addresses`,
    shapes[name],
    behind(name, argument(URL_OF_PARENT, '10.0.0.0/8')),
  ],
  [`gives the ${name} two parents`, shapes[name], behind(name, own, own)],
  [
    `has the ${name} sign in with another file`,
    shapes[name],
    behind(name, own, '--parent-proxy-credentials=/var/lib/kars/audit.jsonl'),
  ],
]);

const ofVolumes: readonly PodMutant[] = [
  [
    'shows the agent the credentials for the parent',
    'KARS_AGENT_MOUNT',
    (pod) =>
      void containerOf(pod, 'agent').volumeMounts?.push({
        name: 'parent-proxy',
        mountPath: '/run/kars/parent-proxy',
      }),
  ],
  [
    'gives the agent the Secret with them',
    'KARS_POD_SECRET_OF_PROVIDER',
    (pod) => {
      const secretKeyRef = { name: 'proxy-account', key: 'basic' };
      containerOf(pod, 'agent').env?.push({ name: 'A', valueFrom: { secretKeyRef } });
    },
  ],
  [
    'has a directory of the node for them',
    'KARS_POD_VOLUME',
    (pod) => {
      pod.spec.volumes = pod.spec.volumes.map((volume) =>
        volume.name === 'parent-proxy' ? { name: volume.name, hostPath: { path: '/etc' } } : volume,
      );
    },
  ],
];

describePodMutants('a pod behind a parent proxy', [...ofSidecars, ...ofVolumes], {
  admission: { parentProxies: [ParentProxy.at(URL_OF_PARENT, { ranges })] },
  podOf: () =>
    podOfSandbox({ parentProxy: ParentProxy.at(URL_OF_PARENT, { ranges, credentials }) }),
});

describePodMutants('a pod on a platform without parent proxies', [
  ['has a parent', 'KARS_PROXY_SHAPE', behind('egress-proxy', own)],
  ['has its router connect through one', 'KARS_ROUTER_SHAPE', behind('router', own)],
]);

import { containerOf, podOfSandbox, type WholePod } from './pod.ts';
import { describePodMutants, type PodMutant } from './pod-mutants.ts';

const reaching =
  (...acts: readonly string[]) =>
  (pod: WholePod): void => {
    containerOf(pod, 'router').args?.push(...acts.map((one) => `--provider-reach=${one}`));
  };

const mutants: readonly PodMutant[] = [
  ['has providers do what the platform does not name', 'KARS_ROUTER_SHAPE', reaching('Mcp')],
  ['hides that behind what it names', 'KARS_ROUTER_SHAPE', reaching('WebSearch,Mcp')],
  ['says it twice', 'KARS_ROUTER_SHAPE', reaching('WebSearch', 'WebSearch')],
  [
    'says it to the egress proxy',
    'KARS_PROXY_SHAPE',
    (pod) => void containerOf(pod, 'egress-proxy').args?.push('--provider-reach=WebSearch'),
  ],
];

describePodMutants('a pod whose providers act, on a platform that lets them search,', mutants, {
  admission: { providerReach: ['WebSearch'] },
  podOf: () => {
    const pod = podOfSandbox({});
    reaching('WebSearch')(pod);
    return pod;
  },
});

describePodMutants(
  'a pod on a platform that lets providers do nothing',
  [['has them search', 'KARS_ROUTER_SHAPE', reaching('WebSearch')]],
  { podOf: () => podOfSandbox({}) },
);

import { EgressLearning } from 'kars-constructs';
import { containerOf, podOfSandbox } from './pod.ts';
import { describePodMutants, type PodMutant } from './pod-mutants.ts';

const mutants: readonly PodMutant[] = [
  [
    'resolves a name for a proxy that learns',
    'KARS_PROXY_SHAPE',
    (pod) => void containerOf(pod, 'egress-proxy').args?.push('--resolve=a.example:80=10.0.0.1:80'),
  ],
  [
    'gives the router an argument about learning',
    'KARS_ROUTER_SHAPE',
    (pod) => void containerOf(pod, 'router').args?.push('--learn-ceiling=2026-01-31T09:00:00Z'),
  ],
];

describePodMutants('a pod that learns, on a platform that lets it,', mutants, {
  admission: { loosestEgressMode: 'Learn' },
  podOf: () => podOfSandbox({ learning: EgressLearning.until(new Date('2026-01-31T09:00:00Z')) }),
});

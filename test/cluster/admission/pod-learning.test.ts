import { Duration } from 'cdk8s';
import { EgressLearning } from 'kars-constructs';
import { containerOf, podOfSandbox, type WholePod } from './pod.ts';
import { describePodMutants, type PodMutant } from './pod-mutants.ts';

const DAY = 86_400_000;

const inDays = (days: number): Date => new Date(Date.now() + days * DAY);

/** Has the egress proxy learn until then, whatever the sandbox says. */
const learning =
  (until: string) =>
  (pod: WholePod): void => {
    const proxy = containerOf(pod, 'egress-proxy');
    const others = (proxy.args ?? []).filter((one) => !one.startsWith('--learn-ceiling='));
    proxy.args = [...others, `--learn-ceiling=${until}`];
  };

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
  ['learns for longer', 'KARS_PROXY_LEARNS', learning(inDays(2.01).toISOString())],
  ['learns for years', 'KARS_PROXY_LEARNS', learning('9999-12-31T23:59:59Z')],
  ['learns until nobody knows when', 'KARS_PROXY_LEARNS', learning('tomorrow')],
  [
    'says itself when it was made',
    'KARS_PROXY_LEARNS',
    (pod) => {
      Object.assign(pod.metadata, { creationTimestamp: inDays(30).toISOString() });
      learning(inDays(31).toISOString())(pod);
    },
  ],
];

describePodMutants('a pod that learns, on a platform that lets it,', mutants, {
  admission: { loosestEgressMode: 'Learn', longestLearning: Duration.days(2) },
  podOf: () => podOfSandbox({ learning: EgressLearning.until(inDays(1.99)) }),
});

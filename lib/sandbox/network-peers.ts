import type { NetworkPolicyEgressRule, NetworkPolicyPeer } from 'kubernetes-types/networking/v1.js';
import type { PodsOf } from '../platform/pods-of.ts';
import { collectorPort, type TraceCollector } from '../platform/trace-collector.ts';

/** The label of a namespace is set by the API server; labels of pods in another namespace are anybody's. */
export const podsPeer = ({ namespace, podLabels }: PodsOf): NetworkPolicyPeer => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  ...(podLabels === undefined ? {} : { podSelector: { matchLabels: { ...podLabels } } }),
});

/** The rule of the network policy for a collector of spans. */
export function collectorRule(collector: TraceCollector): NetworkPolicyEgressRule {
  const { pods, ranges = [] } = collector;
  const to = pods === undefined ? ranges.map((cidr) => ({ ipBlock: { cidr } })) : [podsPeer(pods)];
  return { to, ports: [{ protocol: 'TCP', port: collectorPort(collector) }] };
}

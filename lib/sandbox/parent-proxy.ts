import type { Volume } from 'kubernetes-types/core/v1.js';
import type { NetworkPolicyEgressRule } from 'kubernetes-types/networking/v1.js';
import {
  encodeParentProxy,
  PARENT_PROXY,
  PARENT_PROXY_CREDENTIALS,
  PARENT_PROXY_FILE,
  parentAuthority,
  parentProxyProblems,
} from '../contract/parent-proxy.ts';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';
import type { AcceptedSandboxSpec } from './input.ts';
import { OWNER_AND_GROUP_READ, volumeNames } from './volumes.ts';

/** The arguments of a sidecar whose connections go through a proxy. */
export const parentArguments = ({ parentProxy }: AcceptedSandboxSpec): string[] =>
  parentProxy === undefined
    ? []
    : [
        `${PARENT_PROXY}${encodeParentProxy(parentProxy)}`,
        ...(parentProxy.credentialsSecretRef === undefined ? [] : [PARENT_PROXY_CREDENTIALS]),
      ];

/** The credentials for the proxy, for sidecars alone; none where nobody signs in. */
export function parentCredentialsVolume({ parentProxy }: AcceptedSandboxSpec): Volume[] {
  const secret = parentProxy?.credentialsSecretRef;
  if (secret === undefined) return [];
  const items = [{ key: secret.key, path: PARENT_PROXY_FILE }];
  return [
    {
      name: volumeNames.parentProxy,
      projected: {
        defaultMode: OWNER_AND_GROUP_READ,
        sources: [{ secret: { name: secret.name, items } }],
      },
    },
  ];
}

/** The rules of the network policies for the proxy; none without one. */
export function parentRules({ parentProxy }: AcceptedSandboxSpec): NetworkPolicyEgressRule[] {
  const authority = parentProxy && parentAuthority(parentProxy.url);
  if (parentProxy === undefined || authority === undefined) return [];
  const ports = [{ protocol: 'TCP', port: authority.port }];
  return parentProxy.ranges.map((cidr) => ({ to: [{ ipBlock: { cidr } }], ports }));
}

/** Everything that is refused about the proxy of a sandbox. */
export function parentProblems({ parentProxy, networkPolicy }: AcceptedSandboxSpec): Problem[] {
  if (parentProxy === undefined) return [];
  // Nobody here sees the addresses of names then, and what is learned stands for public ones only.
  const text =
    'got a time to learn beside a parent proxy, which resolves the names, so nobody can say which host is public; leave one of them out';
  return [
    ...parentProxyProblems(parentProxy, 'spec.parentProxy'),
    ...(networkPolicy?.learn === undefined ? [] : [problem('KARS_PARENT_PROXY', 'learning', text)]),
  ];
}

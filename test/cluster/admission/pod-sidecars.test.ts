import { containerOf, type WholePod } from './pod.ts';
import { describePodMutants, type PodMutant } from './pod-mutants.ts';

const guard = (change: (container: ReturnType<typeof containerOf>) => void) => (pod: WholePod) =>
  change(containerOf(pod, 'egress-guard'));

const router = (change: (container: ReturnType<typeof containerOf>) => void) => (pod: WholePod) =>
  change(containerOf(pod, 'router'));

const proxy = (change: (container: ReturnType<typeof containerOf>) => void) => (pod: WholePod) =>
  change(containerOf(pod, 'egress-proxy'));

const mutants: readonly PodMutant[] = [
  ['has a guard of others', 'KARS_GUARD_IMAGE', guard((one) => (one.image = 'localhost/guard:2'))],
  [
    'has a guard of the same name elsewhere',
    'KARS_GUARD_IMAGE',
    guard((one) => (one.image = `evil.example/${one.image ?? ''}`)),
  ],
  ['starts something else first', 'KARS_GUARD_SHAPE', guard((one) => (one.command = ['/launch']))],
  [
    'gives the guard another document',
    'KARS_GUARD_SHAPE',
    guard((one) => (one.args = ['--document=/tmp/a', ...(one.args ?? []).slice(1)])),
  ],
  [
    'gives the guard one more argument',
    'KARS_GUARD_SHAPE',
    guard((one) => void one.args?.push('--force')),
  ],
  [
    'gives the guard a variable',
    'KARS_GUARD_SHAPE',
    guard((one) => (one.env = [{ name: 'GODEBUG', value: 'x' }])),
  ],
  [
    'keeps the guard running',
    'KARS_GUARD_SHAPE',
    guard((one) => {
      one.restartPolicy = 'Always';
    }),
  ],
  [
    'gives the guard another capability',
    'KARS_GUARD_SHAPE',
    guard(
      (one) =>
        (one.securityContext = {
          ...one.securityContext,
          capabilities: { drop: ['ALL'], add: ['SYS_ADMIN'] },
        }),
    ),
  ],
  [
    'gives the guard raw sockets',
    'KARS_GUARD_SHAPE',
    guard(
      (one) =>
        (one.securityContext = {
          ...one.securityContext,
          capabilities: { drop: ['ALL'], add: ['NET_RAW'] },
        }),
    ),
  ],
  [
    'makes the guard privileged',
    'KARS_GUARD_SHAPE',
    guard((one) => {
      const context = { ...one.securityContext, privileged: true };
      delete context.allowPrivilegeEscalation;
      one.securityContext = context;
    }),
  ],
  [
    'shows the guard the workspace',
    'KARS_GUARD_SHAPE',
    guard((one) => void one.volumeMounts?.push({ name: 'workspace', mountPath: '/sandbox' })),
  ],
  ['has a router of others', 'KARS_SIDECAR_IMAGE', router((one) => (one.image = 'localhost/r:1'))],
  ['has a proxy of others', 'KARS_SIDECAR_IMAGE', proxy((one) => (one.image = 'localhost/p:1'))],
  ['starts something else as router', 'KARS_ROUTER_SHAPE', router((one) => (one.command = ['/x']))],
  [
    'sends calls for a provider elsewhere',
    'KARS_ROUTER_SHAPE',
    router((one) => void one.args?.push('--provider-endpoint=openai=http://evil.example')),
  ],
  [
    'serves the router to others',
    'KARS_ROUTER_SHAPE',
    router((one) => void one.args?.push('--listen-host=0.0.0.0')),
  ],
  [
    'names another sandbox to the router',
    'KARS_ROUTER_SHAPE',
    router((one) => (one.args = ['--sandbox=writer', ...(one.args ?? []).slice(1)])),
  ],
  [
    'gives the router a variable',
    'KARS_ROUTER_SHAPE',
    router((one) => void one.env?.push({ name: 'NODE_OPTIONS', value: '--require=/sandbox/x' })),
  ],
  [
    'gives the router variables of a Secret',
    'KARS_ROUTER_SHAPE',
    router((one) => (one.envFrom = [{ secretRef: { name: 'a' } }])),
  ],
  [
    'starts something with the router',
    'KARS_ROUTER_SHAPE',
    router((one) => (one.lifecycle = { postStart: { exec: { command: ['/x'] } } })),
  ],
  [
    'shows the router the workspace of the agent',
    'KARS_ROUTER_SHAPE',
    router((one) => void one.volumeMounts?.push({ name: 'workspace', mountPath: '/sandbox' })),
  ],
  [
    'runs the router as the agent',
    'KARS_ROUTER_SHAPE',
    router((one) => (one.securityContext = { ...one.securityContext, runAsUser: 1000 })),
  ],
  [
    'lets the router be not ready',
    'KARS_ROUTER_SHAPE',
    router((one) => {
      delete one.startupProbe;
    }),
  ],
  [
    'resolves a name for the proxy',
    'KARS_PROXY_SHAPE',
    proxy((one) => void one.args?.push('--resolve=a.example:80=10.0.0.1:80')),
  ],
  [
    'lets the proxy learn',
    'KARS_PROXY_SHAPE',
    proxy((one) => void one.args?.push('--learn-ceiling=2099-01-31T09:00:00Z')),
  ],
  [
    'gives the proxy the state of the router',
    'KARS_PROXY_SHAPE',
    proxy((one) => {
      for (const mount of one.volumeMounts ?? [])
        if (mount.name === 'state') mount.subPath = 'router';
    }),
  ],
  [
    'gives the proxy credentials of providers',
    'KARS_PROXY_SHAPE',
    proxy(
      (one) =>
        void one.volumeMounts?.push({ name: 'documents', mountPath: '/run/kars/credentials' }),
    ),
  ],
  [
    'lets the proxy write its documents',
    'KARS_PROXY_SHAPE',
    proxy((one) => {
      for (const mount of one.volumeMounts ?? [])
        if (mount.name === 'documents') mount.readOnly = false;
    }),
  ],
  [
    'asks another host for the health of the proxy',
    'KARS_PROXY_SHAPE',
    proxy((one) => {
      if (one.readinessProbe?.httpGet) one.readinessProbe.httpGet.host = '169.254.169.254';
    }),
  ],
];

describePodMutants('a pod of a sandbox, by guard and sidecars,', mutants);

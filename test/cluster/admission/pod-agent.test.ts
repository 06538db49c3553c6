import { containerOf, type WholePod } from './pod.ts';
import { describePodMutants, type PodMutant } from './pod-mutants.ts';

const agent = (change: (container: ReturnType<typeof containerOf>) => void) => (pod: WholePod) =>
  change(containerOf(pod, 'agent'));

const mutants: readonly PodMutant[] = [
  ['has an agent of others', 'KARS_AGENT_REGISTRY', agent((one) => (one.image = 'docker.io/x:1'))],
  [
    'has an agent of a host that begins as an accepted one',
    'KARS_AGENT_REGISTRY',
    agent((one) => (one.image = 'registry.example.com.evil.example/x:1')),
  ],
  [
    'starts the agent without launcher',
    'KARS_AGENT_LAUNCHER',
    agent((one) => (one.command = ['/agent'])),
  ],
  [
    'starts the agent by the image',
    'KARS_AGENT_LAUNCHER',
    agent((one) => {
      delete one.command;
    }),
  ],
  [
    'starts a launcher of others',
    'KARS_AGENT_LAUNCHER',
    agent((one) => (one.command = ['/sandbox/launch', ...(one.command ?? []).slice(1)])),
  ],
  [
    'gives the launcher another document',
    'KARS_AGENT_LAUNCHER',
    agent((one) => {
      const [launcher = '', , ...rest] = one.command ?? [];
      one.command = [launcher, '--document=/sandbox/launch.json', ...rest];
    }),
  ],
  [
    'probes the agent without launcher',
    'KARS_AGENT_LAUNCHER',
    agent((one) => (one.livenessProbe = { exec: { command: ['/bin/sh'] } })),
  ],
  [
    'has the node ask another host',
    'KARS_AGENT_LAUNCHER',
    agent((one) => (one.livenessProbe = { httpGet: { host: '169.254.169.254', port: 80 } })),
  ],
  [
    'has the node connect to another host',
    'KARS_AGENT_LAUNCHER',
    agent((one) => (one.livenessProbe = { tcpSocket: { host: '10.0.0.1', port: 80 } })),
  ],
  [
    'has the node send headers',
    'KARS_AGENT_LAUNCHER',
    agent(
      (one) =>
        (one.livenessProbe = {
          httpGet: { port: 80, httpHeaders: [{ name: 'Host', value: 'a.example' }] },
        }),
    ),
  ],
  [
    'starts something beside the agent',
    'KARS_AGENT_LAUNCHER',
    agent((one) => (one.lifecycle = { postStart: { exec: { command: ['/bin/sh'] } } })),
  ],
  [
    'has the node make a request at the end',
    'KARS_AGENT_LAUNCHER',
    agent((one) => (one.lifecycle = { preStop: { httpGet: { host: '10.0.0.1', port: 80 } } })),
  ],
  [
    'points the agent past the router',
    'KARS_AGENT_ENVIRONMENT',
    agent((one) => {
      for (const variable of one.env ?? [])
        if (variable.name === 'OPENAI_BASE_URL') variable.value = 'http://a.example';
    }),
  ],
  [
    'gives the agent an identity of the cloud',
    'KARS_AGENT_ENVIRONMENT',
    agent((one) => void one.env?.push({ name: 'AZURE_CLIENT_ID', value: 'a' })),
  ],
  [
    'calls the agent something else',
    'KARS_AGENT_ENVIRONMENT',
    agent((one) => {
      for (const variable of one.env ?? [])
        if (variable.name === 'SANDBOX_NAME') variable.value = 'writer';
    }),
  ],
  [
    'gives the agent a Secret of the platform',
    'KARS_AGENT_ENVIRONMENT',
    agent(
      (one) =>
        void one.env?.push({
          name: 'KEY',
          valueFrom: { secretKeyRef: { name: 'kars-signing', key: 'key' } },
        }),
    ),
  ],
  [
    'gives the agent documents of the sandbox',
    'KARS_AGENT_ENVIRONMENT',
    agent(
      (one) =>
        void one.env?.push({
          name: 'SET',
          valueFrom: { configMapKeyRef: { name: 'kars-documents-set', key: 'set.json' } },
        }),
    ),
  ],
  [
    'gives the agent all of a Secret',
    'KARS_AGENT_SECURITY_CONTEXT',
    agent((one) => (one.envFrom = [{ secretRef: { name: 'openai' } }])),
  ],
  [
    'has a port of the node',
    'KARS_AGENT_SECURITY_CONTEXT',
    agent((one) => (one.ports = [{ containerPort: 8080, hostPort: 8080 }])),
  ],
  [
    'gives the agent a terminal',
    'KARS_AGENT_SECURITY_CONTEXT',
    agent((one) => {
      one.stdin = true;
      one.tty = true;
    }),
  ],
  [
    'sets the agent no limit',
    'KARS_AGENT_SECURITY_CONTEXT',
    agent((one) => (one.resources = { requests: { cpu: '1' } })),
  ],
  ...(
    [
      ['runs the agent as root', { runAsUser: 0, runAsNonRoot: false }],
      ['runs the agent as the router', { runAsUser: 1001 }],
      ['runs the agent in the group of the state', { runAsGroup: 2000 }],
      ['lets the agent gain privileges', { allowPrivilegeEscalation: true }],
      ['lets the agent write its root', { readOnlyRootFilesystem: false }],
      [
        'gives the agent a capability',
        { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } },
      ],
      ['leaves the agent the default capabilities', { capabilities: {} }],
      ['takes the filter from the agent', { seccompProfile: { type: 'Unconfined' } }],
      [
        'gives the agent another profile of the node',
        { seccompProfile: { type: 'Localhost', localhostProfile: 'other.json' } },
      ],
      ['gives the agent a label of SELinux', { seLinuxOptions: { type: 'spc_t' } }],
      ['takes AppArmor from the agent', { appArmorProfile: { type: 'Unconfined' } }],
    ] as const
  ).map(([what, context]): PodMutant => [
    what,
    'KARS_AGENT_SECURITY_CONTEXT',
    agent((one) => (one.securityContext = { ...one.securityContext, ...context } as never)),
  ]),
  ...['state', 'documents', 'hardening'].map((name): PodMutant => [
    `shows the agent the volume ${name}`,
    'KARS_AGENT_MOUNT',
    agent((one) => void one.volumeMounts?.push({ name, mountPath: '/sandbox/x' })),
  ]),
  [
    'lets the agent write the launcher',
    'KARS_AGENT_MOUNT',
    agent((one) => {
      for (const mount of one.volumeMounts ?? [])
        if (mount.name === 'launcher') mount.readOnly = false;
    }),
  ],
  [
    'mounts the workspace over the launcher',
    'KARS_AGENT_MOUNT',
    agent((one) => void one.volumeMounts?.push({ name: 'workspace', mountPath: '/run/kars' })),
  ],
  [
    'mounts the workspace by a name that a variable makes',
    'KARS_AGENT_MOUNT',
    agent((one) => {
      for (const mount of one.volumeMounts ?? [])
        if (mount.name === 'workspace') mount.subPathExpr = '$(SANDBOX_NAME)';
    }),
  ],
  [
    'mounts the workspace for the node as well',
    'KARS_AGENT_MOUNT',
    agent((one) => {
      for (const mount of one.volumeMounts ?? [])
        if (mount.name === 'workspace') mount.mountPropagation = 'HostToContainer';
    }),
  ],
];

describePodMutants('a pod of a sandbox, by its agent,', mutants);

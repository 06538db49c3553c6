import { describePodMutants, type PodMutant } from './pod-mutants.ts';

const intruder = { name: 'intruder', image: 'registry.example.com/agent:1' };

const mutants: readonly PodMutant[] = [
  ['has no label', 'KARS_POD_PLACE', ({ metadata }) => (metadata.labels = {})],
  [
    'belongs to another sandbox',
    'KARS_POD_PLACE',
    ({ metadata }) => (metadata.labels['kars.azure.com/sandbox'] = 'writer'),
  ],
  [
    'is in a foreign namespace',
    'KARS_POD_PLACE',
    ({ metadata }) => (metadata.namespace = 'default'),
  ],
  [
    'asks for a cloud identity',
    'KARS_POD_METADATA',
    ({ metadata }) => (metadata.labels['azure.workload.identity/use'] = 'true'),
  ],
  [
    'switches AppArmor off by an annotation',
    // The API server makes the field of the container from it.
    ['KARS_POD_METADATA', 'KARS_AGENT_SECURITY_CONTEXT'],
    ({ metadata }) =>
      (metadata.annotations = {
        'container.apparmor.security.beta.kubernetes.io/agent': 'unconfined',
      }),
  ],
  ['has the network of the node', 'KARS_POD_HOST', ({ spec }) => (spec.hostNetwork = true)],
  ['sees the processes of the node', 'KARS_POD_HOST', ({ spec }) => (spec.hostPID = true)],
  ['has the IPC of the node', 'KARS_POD_HOST', ({ spec }) => (spec.hostIPC = true)],
  ['shares its processes', 'KARS_POD_HOST', ({ spec }) => (spec.shareProcessNamespace = true)],
  ['chooses its node', 'KARS_POD_HOST', ({ spec }) => (spec.nodeName = 'node')],
  [
    'has names of hosts',
    'KARS_POD_HOST',
    ({ spec }) => (spec.hostAliases = [{ ip: '127.0.0.1', hostnames: ['api.example.com'] }]),
  ],
  [
    'has other DNS servers',
    'KARS_POD_HOST',
    ({ spec }) => (spec.dnsConfig = { nameservers: ['8.8.8.8'] }),
  ],
  ['has the DNS of the node', 'KARS_POD_HOST', ({ spec }) => (spec.dnsPolicy = 'Default')],
  [
    'has another service account',
    'KARS_POD_IDENTITY',
    ({ spec }) => (spec.serviceAccountName = 'default'),
  ],
  ['has a token', 'KARS_POD_IDENTITY', ({ spec }) => (spec.automountServiceAccountToken = true)],
  [
    'has variables of Services',
    'KARS_POD_IDENTITY',
    ({ spec }) => (spec.enableServiceLinks = true),
  ],
  [
    'sets a sysctl',
    'KARS_POD_SECURITY_CONTEXT',
    ({ spec }) =>
      (spec.securityContext = {
        ...spec.securityContext,
        sysctls: [{ name: 'net.ipv4.ping_group_range', value: '0 1000' }],
      }),
  ],
  [
    'has further groups',
    'KARS_POD_SECURITY_CONTEXT',
    ({ spec }) => (spec.securityContext = { ...spec.securityContext, supplementalGroups: [0] }),
  ],
  [
    'has another group of files',
    'KARS_POD_SECURITY_CONTEXT',
    ({ spec }) => (spec.securityContext = { ...spec.securityContext, fsGroup: 1001 }),
  ],
  [
    'has no system-call filter',
    'KARS_POD_SECURITY_CONTEXT',
    ({ spec }) =>
      (spec.securityContext = {
        ...spec.securityContext,
        seccompProfile: { type: 'Unconfined' },
      }),
  ],
  [
    'runs in an unknown runtime',
    'KARS_POD_RUNTIME_CLASS',
    ({ spec }) => (spec.runtimeClassName = 'other'),
  ],
  [
    'has another container',
    'KARS_POD_CONTAINERS',
    ({ spec }) => void spec.containers.push(intruder),
  ],
  [
    'has another first container',
    'KARS_POD_CONTAINERS',
    ({ spec }) => void spec.initContainers.unshift(intruder),
  ],
  [
    'has another sidecar',
    'KARS_POD_CONTAINERS',
    ({ spec }) => void spec.initContainers.push({ ...intruder, restartPolicy: 'Always' }),
  ],
  ['has no guard', 'KARS_POD_CONTAINERS', ({ spec }) => void spec.initContainers.shift()],
  [
    'starts the router before the guard',
    'KARS_POD_CONTAINERS',
    ({ spec }) => void spec.initContainers.reverse(),
  ],
];

describePodMutants('a pod of a sandbox', mutants);

import { Chart, Cron, Duration, Size, Testing } from 'cdk8s';
import { ConfigMap, PersistentVolumeClaim, Secret } from 'cdk8s-plus-28';
import {
  AgentProbe,
  AgentRuntime,
  AzureIdentity,
  Egress,
  Inbound,
  InferencePolicy,
  ModelProvider,
  NodeRequirement,
  SandboxSecret,
  SandboxState,
  SandboxWorkload,
  SandboxWorkspace,
  Toleration,
  type KarsSandboxProps,
} from 'kars-constructs';

const chart = (): Chart => new Chart(Testing.app(), 'chart', { namespace: 'agents' });

const secret = (name: string) => Secret.fromSecretName(chart(), name, name);

const agentWith = (more: object): AgentRuntime =>
  AgentRuntime.container({ image: 'registry.example.com/agent:1', command: ['/agent'], ...more });

/** A policy whose provider has a credential. */
export const withCredential = (): InferencePolicy =>
  new InferencePolicy(chart(), 'models', {
    provider: ModelProvider.openAi({ credential: { secret: secret('openai'), key: 'key' } }),
    models: ['small'],
    maxTokensPerRequest: 100,
  });

/** A policy whose provider is called with an identity. */
export const withIdentity = (): InferencePolicy =>
  new InferencePolicy(chart(), 'models', {
    provider: ModelProvider.azureOpenAi({
      resource: 'mine',
      credential: AzureIdentity.workload({
        tenantId: '99999999-2222-3333-4444-555555555555',
        clientId: '11111111-2222-3333-4444-555555555555',
      }),
    }),
    models: ['small'],
    maxTokensPerRequest: 100,
  });

const inbound = [Inbound.fromNamespace('apps', { port: 8080 })];

/** Sandboxes that differ in what their pods and network policies are like. */
export const sandboxVariants: Readonly<Record<string, Partial<KarsSandboxProps>>> = {
  plain: {},
  standard: { isolation: 'standard' },
  confidential: { isolation: 'confidential' },
  'default profile': { seccompProfile: 'RuntimeDefault' },
  'users of its own': { hostUsers: false },
  'ports of sidecars only': { connectPorts: 'sidecars' },
  'a newer Landlock': { minLandlockAbi: 6 },
  'ephemeral state': { state: SandboxState.ephemeral() },
  'large state': { state: SandboxState.persistent({ size: Size.gibibytes(2) }) },
  job: { workload: SandboxWorkload.job() },
  cron: { workload: SandboxWorkload.cron({ schedule: Cron.daily() }) },
  'ephemeral workspace': { workspace: SandboxWorkspace.ephemeral({ size: Size.gibibytes(2) }) },
  'persistent workspace': { workspace: SandboxWorkspace.persistent() },
  'a workspace of others': {
    workspace: SandboxWorkspace.existing(
      PersistentVolumeClaim.fromClaimName(chart(), 'claim', 'shared'),
    ),
  },
  secrets: {
    secrets: [
      SandboxSecret.env('GIT_TOKEN', { secret: secret('git'), key: 'token' }),
      SandboxSecret.file('known_hosts', { secret: secret('git'), key: 'known_hosts' }),
    ],
  },
  'pull secrets': { pullSecrets: [secret('registry')] },
  certificates: {
    extraCa: { configMap: ConfigMap.fromConfigMapName(chart(), 'ca', 'company-ca'), key: 'a.pem' },
  },
  'no proxy variables': { proxyEnv: false },
  variables: { agent: agentWith({ env: { REGION: 'north', OPENAI_MODEL: 'other' } }) },
  arguments: { agent: agentWith({ args: ['--quiet'] }) },
  'probes of programs': {
    agent: agentWith({
      probes: {
        startup: AgentProbe.exec(['/agent', 'started']),
        liveness: AgentProbe.exec(['/agent', 'healthy'], { period: Duration.seconds(30) }),
      },
      lifecycle: { postStart: ['/agent', 'warm'], preStop: ['/agent', 'drain'] },
    }),
  },
  'probes of ports': {
    inbound,
    agent: agentWith({
      probes: {
        readiness: AgentProbe.http('/ready', { port: 8080 }),
        liveness: AgentProbe.tcp({ port: 8080 }),
      },
    }),
  },
  inbound: {
    inbound: [
      ...inbound,
      Inbound.fromNamespace('ingress', { port: 9000, podLabels: { app: 'gateway' } }),
    ],
  },
  egress: {
    egress: [
      Egress.https('api.example.com'),
      Egress.http('plain.example.com'),
      Egress.cidr('10.20.0.0/16', 5432),
      Egress.cidr('fd12:3456::/48', 5432),
    ],
  },
  'a private provider': {
    inferencePolicy: new InferencePolicy(chart(), 'models', {
      provider: ModelProvider.openAiCompatible({
        name: 'ollama',
        endpoint: 'http://ollama.models.svc.cluster.local:11434/v1',
        ranges: ['10.96.0.0/12', 'fd12:3456::/48'],
      }),
      models: ['small'],
      maxTokensPerRequest: 100,
    }),
  },
  scheduling: {
    scheduling: {
      nodeSelector: { pool: 'agents' },
      nodeAffinity: [NodeRequirement.in('zone', ['a', 'b'])],
      tolerations: [Toleration.of('agents', { value: 'only', effect: 'NoSchedule' })],
    },
  },
};

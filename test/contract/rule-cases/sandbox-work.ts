import { casesOf, each } from './rule-case.ts';

const sandbox = (changes: object): object => ({
  runtime: {
    kind: 'BYO',
    byo: { image: 'registry.example.com/agent:1', contractVersion: 'v1' },
  },
  sandbox: {},
  inferenceRef: { name: 'models' },
  ...changes,
});
const workload = (members: object): object => sandbox({ workload: members });

const secretRef = { name: 'git-host', key: 'token' };
const secrets = (...members: object[]): object => sandbox({ secrets: members });
const env = (name: string): object => ({ secretRef, env: name });
const file = (name: string): object => ({ secretRef, file: name });

const workspace = (members: object): object => sandbox({ workspace: members });

const exec = { exec: { command: ['/healthy'] } };
const http = { httpGet: { path: '/', port: 8080 } };
const tcp = { tcpSocket: { port: 8080 } };
const inbound = [{ namespace: 'apps', port: 8080 }];
const probeNames = ['startup', 'liveness', 'readiness'] as const;
const probe = (name: string, how: object, more: object = {}): object =>
  sandbox({ probes: { [name]: how }, ...more });

const scheduling = (members: object): object => sandbox({ scheduling: members });
const toleration = (members: object): object =>
  scheduling({
    tolerations: [
      { key: 'a', operator: 'Equal', value: 'b' },
      { key: 'c', ...members },
    ],
  });
const affinity = (members: object): object =>
  scheduling({
    nodeAffinity: [
      { key: 'a', operator: 'Exists' },
      { key: 'b', ...members },
    ],
  });
const extraCa = (name: string): object =>
  sandbox({ extraCa: { configMapRef: { name, key: 'k' } } });

const daily = { schedule: '@daily' };

/** Cases for the rules of a KarsSandbox about how and where its agent runs. */
export const sandboxWorkCases = casesOf(
  'KarsSandbox',
  {
    'an agent that runs all the time': workload({ type: 'Service', job: null, cron: null }),
    'an agent that runs once': workload({ type: 'Job', job: {} }),
    'an agent that runs daily': workload({ type: 'CronJob', job: {}, cron: daily }),
    ...each(['Ephemeral', 'Persistent'], 'workspace', (mode) => workspace({ mode, size: '2Gi' })),
    'a workspace of a class': workspace({ mode: 'Persistent', storageClassName: 'fast' }),
    'a workspace of somebody else': workspace({ mode: 'Existing', claimName: 'my-kars-claim' }),
    ...each(probeNames, 'a program as probe', (name) => probe(name, exec)),
    ...each(probeNames, 'HTTP as probe', (name) => probe(name, http, { inbound })),
    ...each(probeNames, 'TCP as probe', (name) => probe(name, tcp, { inbound })),
    'no probe': sandbox({ probes: {} }),
    'an authority': extraCa('my-kars-ca'),
    'nothing about nodes': scheduling({}),
    'a priority': scheduling({ priorityClassName: 'my-system-class' }),
    'a taint that is tolerated for a while': toleration({
      operator: 'Exists',
      effect: 'NoExecute',
      tolerationSeconds: 0,
    }),
    ...each(['In', 'NotIn'], 'a label', (operator) => affinity({ operator, values: ['x', ''] })),
    'a label that is not there': affinity({ operator: 'DoesNotExist', values: [] }),
    'no secret': secrets(),
    'secrets of every sort': secrets(env('A'), env('B'), file('A'), file('b.pem')),
    'a secret in a variable that begins like a reserved one': secrets(env('OPENAI_API_KEY_2')),
    'a Secret whose name holds the prefix of the platform': secrets({
      secretRef: { name: 'my-kars-key', key: 'k' },
      env: 'A',
    }),
  },
  {
    'spec.workload.cron must be set iff type is CronJob': {
      'a CronJob without a schedule': workload({ type: 'CronJob' }),
      'a Job with a schedule': workload({ type: 'Job', cron: daily }),
      'a Service with a schedule': workload({ type: 'Service', cron: daily }),
    },
    'spec.workload.job belongs to the types Job and CronJob': {
      'a Service with the limits of a job': workload({ type: 'Service', job: {} }),
    },
    ...Object.fromEntries(
      probeNames.flatMap((name) => [
        [
          `spec.probes.${name} must set exactly one of exec, httpGet or tcpSocket`,
          {
            [`a ${name} probe that does nothing`]: probe(name, { periodSeconds: 1 }),
            [`a ${name} probe that does two things`]: probe(name, { ...exec, ...tcp }, { inbound }),
          },
        ],
        [
          `spec.probes.${name} may connect to a port that spec.inbound names; use exec for any other`,
          {
            [`a ${name} probe at a port that is shut`]: probe(name, http),
            [`a ${name} probe at another port`]: probe(
              name,
              { tcpSocket: { port: 8081 } },
              { inbound },
            ),
          },
        ],
      ]),
    ),
    "spec.extraCa may not name a ConfigMap that begins with kars-, which is the platform's": {
      'the documents as authorities': extraCa('kars-documents-set'),
    },
    'spec.scheduling.priorityClassName may not begin with system-: an agent must not push away what runs the cluster':
      each(['system-node-critical', 'system-x'], 'the priority', (priorityClassName) =>
        scheduling({ priorityClassName }),
      ),
    'spec.scheduling.tolerations with the operator Exists have no value': {
      'a taint with any value and one': toleration({ operator: 'Exists', value: 'x' }),
    },
    'spec.scheduling.tolerations with tolerationSeconds have the effect NoExecute': {
      'a while without an effect': toleration({ operator: 'Exists', tolerationSeconds: 1 }),
      'a while with another effect': toleration({
        operator: 'Exists',
        effect: 'NoSchedule',
        tolerationSeconds: 1,
      }),
    },
    'spec.scheduling.nodeAffinity must have values iff the operator is In or NotIn': {
      'a label that is there with a value': affinity({ operator: 'Exists', values: ['x'] }),
      'a label with one of no values': affinity({ operator: 'In', values: [] }),
      'a label with none of unsaid values': affinity({ operator: 'NotIn' }),
    },
    'spec.workspace.claimName must be set iff mode is Existing': {
      'an existing workspace without a claim': workspace({ mode: 'Existing' }),
      'an own workspace with a claim': workspace({ mode: 'Persistent', claimName: 'mine' }),
    },
    'spec.workspace.storageClassName and accessMode belong to the mode Persistent': {
      'an existing workspace with an access mode': workspace({
        mode: 'Existing',
        claimName: 'mine',
        accessMode: 'ReadWriteOnce',
      }),
      'an ephemeral workspace of a class': workspace({
        mode: 'Ephemeral',
        storageClassName: 'fast',
      }),
    },
    'spec.workspace.size belongs to the modes Ephemeral and Persistent': {
      'an existing workspace with a size': workspace({
        mode: 'Existing',
        claimName: 'mine',
        size: '1Gi',
      }),
    },
    "spec.workspace.claimName may not begin with kars-, which is the platform's: the agent never mounts its state":
      {
        'the state as workspace': workspace({ mode: 'Existing', claimName: 'kars-state' }),
      },
    'spec.secrets entries must set exactly one of env or file': {
      'a secret that goes nowhere': secrets({ secretRef }),
      'a secret that goes to two places': secrets(env('A'), { ...env('B'), file: 'b' }),
    },
    "spec.secrets may not name a Secret that begins with kars-, which is the platform's": {
      'a Secret of the platform': secrets({ secretRef: { name: 'kars-x', key: 'k' }, env: 'A' }),
    },
    'spec.secrets may not set a variable that the sandbox sets': each(
      ['KARS_X', 'https_proxy', 'OpenAI_API_Key', 'AZURE_CLIENT_ID', 'SANDBOX_NAME'],
      'the secret variable',
      (name) => secrets(env(name)),
    ),
    'spec.inbound may not name a port that a sidecar listens on: 8443, 9080, 8444, 9081, 5353':
      each(['8443', '9080', '8444', '9081', '5353'], 'callers at the port', (port) =>
        sandbox({ inbound: [...inbound, { namespace: 'apps', port: Number(port) }] }),
      ),
    'spec.secrets may name each env once': {
      'a secret variable twice': secrets(env('A'), file('A'), env('A')),
    },
    'spec.secrets may name each file once': {
      'a secret file twice': secrets(file('a'), file('b'), file('a')),
    },
  },
);

import { Cron, Duration } from 'cdk8s';
import { ConfigMap, Secret } from 'cdk8s-plus-28';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  Inbound,
  NodeRequirement,
  SandboxSecret,
  SandboxState,
  SandboxWorkload,
  SandboxWorkspace,
  Toleration,
  type SandboxScheduling,
} from 'kars-constructs';
import { NODE_NAME } from '../node/paths.ts';
import { isReady } from '../node/pods.ts';
import { useNode } from '../node/use-node.ts';
import { agentThat, elsewhere, keyed, probedAgent, sandbox } from './work.ts';

const limits = {
  backoffLimit: 1,
  activeDeadline: Duration.hours(1),
  ttlAfterFinished: Duration.days(1),
};

describe('where a sandbox runs on a real node', () => {
  const node = useNode();

  beforeAll(async () => {
    await node.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } }]);
  });

  it('runs where its scheduling says, and nowhere else', async () => {
    const agent = agentThat(['/bin/sh', '-c', 'sleep inf']);
    const onNode = (label: string): SandboxScheduling => ({
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      nodeAffinity: [NodeRequirement.in('kubernetes.io/hostname', [label])],
      tolerations: [
        Toleration.of('agents', { value: 'only', effect: 'NoSchedule' }),
        Toleration.of('node.kubernetes.io/unreachable', { effect: 'NoExecute', duration: Duration.minutes(1) }), // prettier-ignore
      ],
    });
    const state = SandboxState.ephemeral();
    for (const [name, label] of [
      ['placed', NODE_NAME],
      ['nowhere', 'another-node'],
    ] as const) {
      // prettier-ignore
      await node.apply(sandbox(name, { agent, state, scheduling: onNode(label) }).objects);
    }
    const placed = await node.pod('kars-placed', isReady);
    expect(placed.spec?.nodeName).toBe(NODE_NAME);
    const isRefused = ({ status }: Pod): boolean =>
      (status?.conditions ?? []).some(({ reason }) => reason === 'Unschedulable');
    expect((await node.pod('kars-nowhere', isRefused)).spec?.nodeName).toBeUndefined();
  });

  it.each(['service', 'job', 'cron'] as const)(
    'is taken by the API server with every prop: %s',
    async (sort) => {
      // prettier-ignore
      const workload = {
      service: SandboxWorkload.service(),
      job: SandboxWorkload.job(limits),
      cron: SandboxWorkload.cron({
        schedule: Cron.hourly(),
        timeZone: 'Europe/Berlin',
        startingDeadline: Duration.minutes(1),
        ...limits,
      }),
    }[sort];
      const { objects } = sandbox(`full-${sort}`, {
        agent: probedAgent,
        workload,
        inbound: [Inbound.fromNamespace('apps', { port: 8080 })],
        workspace: SandboxWorkspace.persistent({ storageClassName: 'local' }),
        secrets: [SandboxSecret.env('A', keyed('token')), SandboxSecret.file('b', keyed('token'))],
        extraCa: {
          configMap: ConfigMap.fromConfigMapName(elsewhere, `ca-${sort}`, 'company-ca'),
          key: 'bundle.pem',
        },
        pullSecrets: [Secret.fromSecretName(elsewhere, `pull-${sort}`, 'registry')],
        proxyEnv: false,
        scheduling: { tolerations: [Toleration.of('agents')], nodeSelector: { pool: 'agents' } },
      });
      await node.apply(objects.filter(({ kind }) => kind === 'Namespace'));
      for (const object of objects) {
        const { ok, message } = await node.admin.apply(object, { dryRun: true });
        expect({ kind: object.kind, ok, message }).toEqual({
          kind: object.kind,
          ok: true,
          message: '',
        });
      }
    },
  );
});

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Cron, Size } from 'cdk8s';
import { ConfigMap } from 'cdk8s-plus-28';
import type { Job } from 'kubernetes-types/batch/v1.js';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  SandboxSecret,
  SandboxWorkload,
  SandboxWorkspace,
  type KarsSandboxProps,
} from 'kars-constructs';
import type { ApplicableObject } from '../client.ts';
import { run } from '../node/ctr.ts';
import { firstJsonLine, isReady, podsIn } from '../node/pods.ts';
import { useNode } from '../node/use-node.ts';
import { agentThat, elsewhere, keyed, python, sandbox } from './work.ts';

const isPhase =
  (phase: string) =>
  ({ status }: Pod): boolean =>
    status?.phase === phase;

const workspaces = {
  kept: SandboxWorkspace.persistent(),
  lost: SandboxWorkspace.ephemeral(),
};

const workspaceNames = ['kept', 'lost'] as const;

describe('the work of a sandbox on a real node', () => {
  const directory = mkdtempSync(join(tmpdir(), 'kars-work-'));
  const node = useNode();

  // All at once: a pod mostly waits, for the next minute most of all.
  beforeAll(async () => {
    await node.apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } }]);
    await startTimed();
    await startFilling('roomy', Size.mebibytes(64));
    for (const name of workspaceNames) await startNoting(name);
    await startRun('once', 0, {
      secrets: [SandboxSecret.env('GIT_TOKEN', keyed('token'))],
      extraCa: {
        configMap: ConfigMap.fromConfigMapName(elsewhere, 'ca', 'company-ca'),
        key: 'bundle.pem',
      },
    });
    await startRun('failing', 3, {});
  });

  afterAll(() => {
    rmSync(directory, { recursive: true, force: true });
  });

  const reportOf = (pod: Pod): Promise<unknown> => firstJsonLine(node.admin, pod, 'agent');

  const endOf = async (namespace: string, name: string): Promise<Job> => {
    for (let attempt = 0; attempt < 300; attempt += 1) {
      const path = `/apis/batch/v1/namespaces/${namespace}/jobs/${name}`;
      const job = (await node.admin.call('GET', path)).body as Job;
      const types = (job.status?.conditions ?? []).map(({ type }) => type);
      if (types.includes('Complete') || types.includes('Failed')) return job;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    throw new Error(`the job ${name} did not end`);
  };

  /** A job that runs `run.py`, with a Secret that holds a token and a certificate for localhost. */
  async function startRun(
    name: string,
    code: number,
    props: Partial<KarsSandboxProps>,
  ): Promise<void> {
    const [key, crt] = [join(directory, 'tls.key'), join(directory, 'tls.crt')];
    const made = await run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ...['-keyout', key, '-out', crt, '-days', '2', '-subj', '/CN=localhost'],
      ...['-addext', 'subjectAltName=DNS:localhost'],
    ]);
    expect(made.code).toBe(0);
    const certificate = readFileSync(crt, 'utf8');
    const { objects } = sandbox(name, {
      agent: agentThat(python('run.py', String(code))),
      workload: SandboxWorkload.job(),
      ...props,
      secrets: [
        SandboxSecret.file('token', keyed('token')),
        SandboxSecret.file('tls.key', keyed('tls.key')),
        SandboxSecret.file('tls.crt', keyed('tls.crt')),
        ...(props.secrets ?? []),
      ],
    });
    const given = (kind: string, name_: string, body: object): ApplicableObject => ({
      apiVersion: 'v1',
      kind,
      metadata: { name: name_, namespace: `kars-${name}` },
      ...body,
    });
    await node.apply([
      ...objects,
      given('ConfigMap', 'company-ca', { data: { 'bundle.pem': certificate } }),
      given('Secret', 'git-host', {
        stringData: {
          token: 't0ken',
          'tls.key': readFileSync(key, 'utf8'),
          'tls.crt': certificate,
        },
      }),
    ]);
  }

  const startTimed = (): Promise<void> =>
    node.apply(
      sandbox('timed', {
        agent: agentThat(['/bin/sh', '-c', `echo '{"ran":true}'`]),
        workload: SandboxWorkload.cron({ schedule: Cron.everyMinute() }),
      }).objects,
    );

  /** Says whether there is a note in its workspace, and leaves one. */
  const startNoting = (name: keyof typeof workspaces): Promise<void> => {
    const lines = 'test -e /sandbox/note && found=true || found=false; echo x > /sandbox/note';
    const agent = agentThat(['/bin/sh', '-c', `${lines}; echo "{\\"found\\":$found}"; sleep inf`]);
    return node.apply(sandbox(name, { agent, workspace: workspaces[name] }).objects);
  };

  /** A job that fills 32 MiB of its workspace. */
  const startFilling = (name: string, size: Size): Promise<void> => {
    const fill = `dd if=/dev/zero of=/sandbox/x bs=1M count=32 && echo '{"filled":true}' && sleep inf`;
    return node.apply(
      sandbox(name, {
        agent: agentThat(['/bin/sh', '-c', fill]),
        workload: SandboxWorkload.job(),
        workspace: SandboxWorkspace.ephemeral({ size }),
      }).objects,
    );
  };

  it('completes a job, sidecars and all, with secrets and authorities that it is given', async () => {
    const pod = await node.pod('kars-once', isPhase('Succeeded'));
    expect(await reportOf(pod)).toEqual({
      variable: 't0ken',
      file: 't0ken',
      'write secret': 'Read-only file system',
      python: 'hello',
      curl: 'hello',
      node: 'hello',
    });
    const states = [
      ...(pod.status?.initContainerStatuses ?? []),
      ...(pod.status?.containerStatuses ?? []),
    ];
    expect(states.map(({ name, state }) => [name, Object.keys(state ?? {})])).toEqual(
      ['egress-guard', 'egress-proxy', 'router', 'agent'].map((name) => [name, ['terminated']]),
    );
    const started = states.map(({ state }) => state?.terminated?.startedAt ?? '');
    expect(started).toEqual([...started].sort());
    const { status } = await endOf('kars-once', 'once');
    expect(status).toMatchObject({ succeeded: 1 });
  });

  it.each([
    ['get', '', 'secrets'],
    ['get', '', 'configmaps'],
    ['list', '', 'pods'],
    ['create', '', 'pods'],
    ['create', '', 'serviceaccounts/token'],
    ['get', 'kars.azure.com', 'karssandboxes'],
  ])('lets its identity not %s "%s" %s', async (verb, group, resource) => {
    const [name, subresource] = resource.split('/');
    const may = async (who: object): Promise<unknown> => {
      const { body } = await node.admin.call(
        'POST',
        '/apis/authorization.k8s.io/v1/subjectaccessreviews',
        {
          apiVersion: 'authorization.k8s.io/v1',
          kind: 'SubjectAccessReview',
          spec: {
            ...who,
            resourceAttributes: {
              namespace: 'kars-once',
              verb,
              group,
              resource: name,
              subresource,
            },
          },
        },
      );
      return (body as { status?: { allowed?: boolean } }).status?.allowed;
    };
    const user = 'system:serviceaccount:kars-once:sandbox';
    const groups = ['system:serviceaccounts', 'system:serviceaccounts:kars-once'];
    expect(await may({ user, groups: [...groups, 'system:authenticated'] })).toBe(false);
    // The same question about somebody who may.
    expect(await may({ user: 'admin', groups: ['system:masters'] })).toBe(true);
  });

  it('fails a job whose agent fails, once, and trusts nobody by default (control)', async () => {
    const pod = await node.pod('kars-failing', isPhase('Failed'));
    expect(await reportOf(pod)).toMatchObject({
      variable: null,
      python: 'SSLCertVerificationError',
      curl: 'code 60',
      node: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    const { status } = await endOf('kars-failing', 'failing');
    expect(status).toMatchObject({ failed: 1 });
    expect(await podsIn(node.admin, 'kars-failing')).toHaveLength(1);
  });

  it('runs at the times of a schedule', async () => {
    const pod = await node.pod('kars-timed', isPhase('Succeeded'), 150);
    expect(await reportOf(pod)).toEqual({ ran: true });
    const [owner] = pod.metadata?.ownerReferences ?? [];
    const { metadata } = await endOf('kars-timed', owner?.name ?? '');
    expect(metadata?.ownerReferences?.[0]).toMatchObject({ kind: 'CronJob', name: 'timed' });
  }, 200_000);

  it('keeps the workspace over a pod when it is persistent, and only then', async () => {
    const outlives = async (name: keyof typeof workspaces): Promise<unknown> => {
      const namespace = `kars-${name}`;
      const first = await node.pod(namespace, isReady);
      expect(await reportOf(first)).toEqual({ found: false });
      const { name: podName = '' } = first.metadata ?? {};
      const path = `/api/v1/namespaces/${namespace}/pods/${podName}`;
      await node.admin.call('DELETE', `${path}?gracePeriodSeconds=1`);
      const isNext = (pod: Pod): boolean => pod.metadata?.name !== podName && isReady(pod);
      return reportOf(await node.pod(namespace, isNext));
    };
    expect(await Promise.all(workspaceNames.map(outlives))).toEqual([
      { found: true },
      { found: false },
    ]);
  });

  it('evicts a pod that keeps more than its workspace has room for, and no other', async () => {
    const roomy = await node.pod('kars-roomy', isReady);
    expect(await reportOf(roomy)).toEqual({ filled: true });
    await startFilling('narrow', Size.mebibytes(8));
    const evicted = await node.pod('kars-narrow', isPhase('Failed'), 90);
    expect(evicted.status).toMatchObject({
      reason: 'Evicted',
      message: expect.stringContaining('"workspace" exceeds the limit "8Mi"') as string,
    });
    // It has run longer than the other one, so the kubelet has measured it too.
    const [left] = await podsIn(node.admin, 'kars-roomy');
    expect(left?.status?.phase).toBe('Running');
  });
});

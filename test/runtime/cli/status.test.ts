import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContainerStatus, Pod } from 'kubernetes-types/core/v1.js';
import { describe, expect, it } from 'vitest';
import type { StatusRecord } from 'kars-constructs/contract';
import { describePod, readSandbox, statusIn } from '../../../runtime/cli/cluster/sandbox-status.ts';
import { formatReport } from '../../../runtime/cli/cluster/print-status.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { kars } from '../../support/kars.ts';

const record = (change: Partial<StatusRecord> = {}): StatusRecord => ({
  time: '2026-01-01T00:00:00.000Z',
  event: 'status',
  ready: true,
  reason: '',
  set: 'sha256:a',
  refused: '',
  ...change,
});

const container = (name: string, state: ContainerStatus['state']): ContainerStatus => ({
  name,
  ...(state === undefined ? {} : { state }),
  ready: true,
  restartCount: 0,
  containerID: `containerd://${name}`,
  image: '',
  imageID: '',
});

const running = { running: {} };

const podOf = (
  states: Readonly<Record<string, ContainerStatus['state']>>,
  phase = 'Running',
): Pod => ({
  metadata: { name: 'reader-1' },
  status: {
    phase,
    containerStatuses: Object.entries(states).map(([name, state]) => container(name, state)),
  },
});

const whole = podOf({
  'egress-guard': { terminated: { exitCode: 0 } },
  router: running,
  'egress-proxy': running,
  agent: running,
});

const both = (router: Partial<StatusRecord> = {}): Map<string, StatusRecord> =>
  new Map([
    ['router', record(router)],
    ['egress-proxy', record()],
  ]);

const reasons = (pod: Pod, records = both()): string[] => {
  const { why, containers } = describePod(pod, records);
  return [...why, ...containers.flatMap((one) => one.why.map((text) => `${one.name}: ${text}`))];
};

describe('the status of a sandbox', () => {
  it('is good when everything runs and both sidecars have one set in force', () => {
    expect(describePod(whole, both())).toMatchObject({ ok: true, pod: 'reader-1' });
    expect(reasons(whole)).toEqual([]);
  });

  it.each<[string, Pod, Map<string, StatusRecord>, string[]]>([
    [
      'a sidecar that is not ready',
      whole,
      both({ ready: false, reason: '[KARS_STATE_LOCKED] another process holds it' }),
      ['router: [KARS_STATE_LOCKED] another process holds it'],
    ],
    [
      'documents that are refused',
      whole,
      both({ refused: '[KARS_DOCUMENT_DIGEST] set.json' }),
      ['router: [KARS_DOCUMENT_DIGEST] set.json'],
    ],
    [
      'sidecars with different sets',
      whole,
      both({ set: 'sha256:b' }),
      ['the sidecars have different document sets in force'],
    ],
    [
      'a sidecar that says nothing',
      whole,
      new Map([['router', record()]]),
      ['egress-proxy: its log has no status'],
    ],
    [
      'a guard that has ended with a reason',
      podOf({
        'egress-guard': {
          terminated: {
            exitCode: 1,
            message: '{"event":"x"}\n{"code":"KARS_GUARD_CAPABILITY","error":"no NET_ADMIN"}\n',
          },
        },
      }),
      both(),
      ['egress-guard: [KARS_GUARD_CAPABILITY] no NET_ADMIN'],
    ],
    [
      'a container that ended without a word',
      podOf({ agent: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }),
      both(),
      ['agent: OOMKilled'],
    ],
    [
      'a container that the kubelet cannot make',
      podOf({ agent: { waiting: { reason: 'CreateContainerError', message: 'no profile' } } }),
      both(),
      ['agent: CreateContainerError: no profile'],
    ],
  ])('names %s', (_what, pod, records, expected) => {
    expect(reasons(pod, records)).toEqual(expected);
    expect(describePod(pod, records).ok).toBe(false);
  });

  it('names what a sidecar said last before it was ended, while it waits to start again', () => {
    const stopped = '{"event":"stopping","notReady":"[KARS_STATE_FULL] no space"}';
    const router = {
      ...container('router', { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } }),
      lastState: { terminated: { exitCode: 1, message: stopped } },
    };
    const pod: Pod = { status: { phase: 'Pending', initContainerStatuses: [router] } };
    expect(reasons(pod)).toEqual([
      'router: CrashLoopBackOff: back-off',
      'router: [KARS_STATE_FULL] no space',
    ]);
  });

  it('names why a pod has no node, and why it was evicted', () => {
    const message = 'unbound immediate PersistentVolumeClaims';
    const conditions = [{ type: 'PodScheduled', status: 'False', message }];
    expect(reasons({ status: { phase: 'Pending', conditions } })).toEqual([
      `not scheduled: ${message}`,
    ]);
    const evicted = { phase: 'Failed', reason: 'Evicted', message: 'too much' };
    expect(reasons({ status: evicted })).toEqual(['Evicted: too much']);
  });

  it('does not wonder at what waits for its turn', () => {
    expect(
      reasons(podOf({ agent: { waiting: { reason: 'PodInitializing' } } }, 'Pending')),
    ).toEqual([]);
  });

  it('is the newest one of a log, among lines of other kinds', () => {
    const lines = [
      JSON.stringify(record({ set: 'sha256:old' })),
      JSON.stringify(record({ set: 'sha256:new' })),
      '{"event":"decision"}',
      'no JSON',
      '{"event":"status"}',
    ];
    expect(statusIn(lines.join('\n'))?.set).toBe('sha256:new');
    expect(statusIn('')).toBeUndefined();
  });

  it('of a busy sidecar is found further back', async () => {
    const log = (_pod: Pod, _name: string, part: object): Promise<string> =>
      Promise.resolve('sinceSeconds' in part ? JSON.stringify(record()) : '{"event":"decision"}');
    const report = await readSandbox({ pods: () => Promise.resolve([whole]), log }, 'a', 'reader');
    expect(report).toMatchObject({ ok: true, namespace: 'a', sandbox: 'reader' });
  });

  it('asks for no log of a pod without a node', async () => {
    const message = 'unbound immediate PersistentVolumeClaims';
    const conditions = [{ type: 'PodScheduled', status: 'False', message }];
    const pods = (): Promise<Pod[]> =>
      Promise.resolve([{ status: { phase: 'Pending', conditions } }]);
    const log = (): Promise<string> => Promise.reject(new Error('the pod has no host'));
    expect(await readSandbox({ pods, log }, 'a', 'reader')).toMatchObject({
      ok: false,
      why: [`not scheduled: ${message}`],
    });
  });

  it('of a sandbox without a pod says so', async () => {
    const reader = { pods: () => Promise.resolve([]), log: () => Promise.resolve('') };
    expect(await readSandbox(reader, 'kars-reader', 'reader')).toMatchObject({
      ok: false,
      why: [
        expect.stringMatching(
          /^there is no pod of reader in kars-reader: .* -n kars-reader get events$/,
        ),
      ],
    });
  });
});

describe('kars status', () => {
  it('shows the last words of an agent as text of the agent, and lets them command no terminal', () => {
    const error = '\u001b[2J\u009b1A\u202e ready\nrouter: [KARS_STATE_FULL] forged\r';
    const message = JSON.stringify({ code: 'KARS_X\nguard', error });
    const pod = podOf({ agent: { terminated: { exitCode: 1, message } } });
    const shown = formatReport({ namespace: 'a', sandbox: 'b', ...describePod(pod, both()) });
    expect(shown).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(shown.split('\n').filter((line) => line.includes('KARS_'))).toEqual([
      'agent: [KARS_X\\nguard] \\u001b[2J\\u009b1A\\u202e ready\\nrouter: [KARS_STATE_FULL] forged\\u000d',
    ]);
  });

  it('ends with code 2 with two sandboxes, and 3 without a cluster', async () => {
    expect(await kars(['status', 'a', 'b'])).toMatchObject({ code: 2 });
    const home = { HOME: temporaryDirectory(), KUBECONFIG: '' };
    expect(await kars(['status', 'reader'], '', home)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('got no kubeconfig') as string,
    });
    const kubeconfig = join(temporaryDirectory(), 'config');
    expect(await kars(['status', 'reader', '--kubeconfig', kubeconfig])).toMatchObject({
      code: 3,
      stderr: expect.stringMatching(/^kars: the cluster cannot be read: ENOENT/) as string,
    });
    writeFileSync(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: 'a', cluster: { server: 'https://127.0.0.1:2' } }],
        users: [{ name: 'a', user: {} }],
        contexts: [{ name: 'a', context: { cluster: 'a', user: 'a' } }],
        'current-context': 'a',
      }),
    );
    expect(await kars(['status', 'reader', '--kubeconfig', kubeconfig])).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('ECONNREFUSED') as string,
    });
    const other = ['status', 'reader', '--kubeconfig', kubeconfig, '--context', 'b'];
    expect(await kars(other)).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('supply --context') as string,
    });
  });
});

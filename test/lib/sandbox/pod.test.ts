import { createHash } from 'node:crypto';
import { Duration, Size } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { AgentRuntime, Egress, Inbound, SandboxState } from 'kars-constructs';
import { validateManifest } from 'kars-constructs/contract';
import type { LaunchDocument } from '../../../lib/contract/launch-document.ts';
import { karsSandbox } from '../../../lib/contract/kinds/kars-sandbox/index.ts';
import { hardeningOf } from '../../../lib/sandbox/hardening.ts';
import { postureProblems } from 'kars-constructs/testing';
import { containerOf, envOf, podOf, synthesized } from '../../support/pod.ts';

describe('the pod of a sandbox', () => {
  it('has nothing that is weaker than the default', () => {
    expect(postureProblems(synthesized())).toEqual([]);
  });

  it('starts router and egress proxy as native sidecars with users of their own', () => {
    const app = synthesized();
    expect(podOf(app).initContainers?.map(({ name }) => name)).toEqual([
      'egress-guard',
      'egress-proxy',
      'router',
    ]);
    const uids = ['agent', 'router', 'egress-proxy'].map(
      (name) => containerOf(app, name).securityContext?.runAsUser,
    );
    expect(uids).toEqual([1000, 1001, 1002]);
    expect(containerOf(app, 'router').restartPolicy).toBe('Always');
  });

  it('runs the image, command, arguments and environment of the agent', () => {
    const agent = AgentRuntime.container({
      image: 'registry.example.com/mine:2',
      command: ['/bin/agent'],
      args: ['--fast'],
      env: { B: '2', A: '1' },
    });
    const container = containerOf(synthesized({ agent }), 'agent');
    expect(container).toMatchObject({
      image: 'registry.example.com/mine:2',
      command: [
        '/run/kars/launch/launch',
        '--document=/run/kars/launch/launch.json',
        '--',
        '/bin/agent',
      ],
      args: ['--fast'],
    });
    expect(envOf(container)).toMatchObject({ A: '1', B: '2' });
  });

  it('points client libraries of the agent at the sidecars', () => {
    const env = envOf(containerOf(synthesized(), 'agent'));
    expect(env).toMatchObject({
      OPENAI_BASE_URL: 'http://127.0.0.1:8443/v1',
      HTTP_PROXY: 'http://127.0.0.1:8444',
      HTTPS_PROXY: 'http://127.0.0.1:8444',
      http_proxy: 'http://127.0.0.1:8444',
      https_proxy: 'http://127.0.0.1:8444',
      NO_PROXY: 'localhost,127.0.0.1,::1',
      no_proxy: 'localhost,127.0.0.1,::1',
      NODE_USE_ENV_PROXY: '1',
    });
  });

  it('insists on Landlock, unless the isolation is standard', () => {
    const required = (isolation?: 'standard' | 'enhanced' | 'confidential'): unknown => {
      const app = synthesized(isolation === undefined ? {} : { isolation });
      const volume = podOf(app).volumes?.find(({ name }) => name === 'hardening');
      const { data } = app.find('ConfigMap', volume?.configMap?.name ?? '') as unknown as {
        data: Record<string, string>;
      };
      const document = JSON.parse(data['launch.json'] ?? '') as { landlock: { required: boolean } };
      return document.landlock.required;
    };
    expect([required(), required('enhanced'), required('confidential')]).toEqual([
      true,
      true,
      true,
    ]);
    expect(required('standard')).toBe(false);
  });

  it('lets the agent write to the directories that are mounted for it, whatever a manifest says', () => {
    const accepted = validateManifest(karsSandbox, {
      ...(synthesized().find('KarsSandbox', 'reader') as object),
      spec: {
        ...(synthesized().find('KarsSandbox', 'reader')['spec'] as object),
        sandbox: { writablePaths: ['/'] },
      },
    });
    if (!accepted.ok || accepted.value === undefined) throw new Error('the manifest is refused');
    const { landlock } = JSON.parse(hardeningOf(accepted.value).launch) as LaunchDocument;
    expect(landlock.writable).toEqual(['/sandbox', '/tmp', '/dev/shm']);
  });

  it('lets the guard use legacy iptables where guests of Kata have nothing else', () => {
    const guard = containerOf(synthesized({ isolation: 'confidential' }), 'egress-guard');
    expect(guard.securityContext?.capabilities?.add).toEqual(['NET_ADMIN', 'NET_RAW']);
    expect(guard.volumeMounts?.map(({ mountPath }) => mountPath)).toContain('/run');
  });

  it('mounts all documents as one volume, into the sidecars alone', () => {
    const app = synthesized();
    const sources = podOf(app).volumes?.find(({ name }) => name === 'documents')?.projected
      ?.sources;
    expect(sources?.map(({ configMap }) => configMap?.name)).toEqual([
      'kars-documents-set',
      'kars-documents-inference-policy',
      'kars-documents-egress-allowlist',
    ]);
    const [mount] = (containerOf(app, 'router').volumeMounts ?? []).filter(
      ({ name }) => name === 'documents',
    );
    expect(mount).toEqual({ name: 'documents', mountPath: '/etc/kars/documents', readOnly: true });
  });

  it('has the same template with another policy, so that a policy change is no rollout', () => {
    const other = synthesized({ egress: [Egress.https('other.example.com')] });
    expect(other.find('ConfigMap', 'kars-documents-set')).not.toEqual(
      synthesized().find('ConfigMap', 'kars-documents-set'),
    );
    expect(podOf(other)).toEqual(podOf(synthesized()));
  });

  it('pins what the guard loads by digest, in a ConfigMap that never changes', () => {
    const app = synthesized();
    const volume = podOf(app).volumes?.find(({ name }) => name === 'hardening');
    const { data, immutable } = app.find('ConfigMap', volume?.configMap?.name ?? '') as unknown as {
      data: Record<string, string>;
      immutable: boolean;
    };
    expect(immutable).toBe(true);
    const digest = (file: string): string =>
      `sha256:${createHash('sha256')
        .update(data[file] ?? '')
        .digest('hex')}`;
    expect(containerOf(app, 'egress-guard').args).toContain(
      `--document-digest=${digest('guard.json')}`,
    );
    expect(containerOf(app, 'egress-guard').args).toContain(
      `--launch-digest=${digest('launch.json')}`,
    );
  });

  it('gives capabilities to the guard alone, and lets the agent only read its launcher', () => {
    const app = synthesized();
    expect(containerOf(app, 'egress-guard').securityContext?.capabilities).toEqual({
      drop: ['ALL'],
      add: ['NET_ADMIN'],
    });
    expect(containerOf(app, 'agent').volumeMounts).toContainEqual({
      name: 'launcher',
      mountPath: '/run/kars/launch',
      readOnly: true,
    });
    const mounting = ['agent', 'router', 'egress-proxy'].filter((name) =>
      containerOf(app, name).volumeMounts?.some((mount) => mount.name === 'hardening'),
    );
    expect(mounting).toEqual([]);
  });

  it('keeps its state on a claim of its own, with one folder a process', () => {
    const state = SandboxState.persistent({ size: Size.gibibytes(2), storageClassName: 'fast' });
    const app = synthesized({ state });
    expect(app.find('PersistentVolumeClaim', 'kars-state')['spec']).toEqual({
      accessModes: ['ReadWriteOncePod'],
      storageClassName: 'fast',
      resources: { requests: { storage: '2048Mi' } },
    });
    const folders = ['router', 'egress-proxy'].map(
      (name) =>
        containerOf(app, name).volumeMounts?.find((mount) => mount.name === 'state')?.subPath,
    );
    expect(folders).toEqual(['router', 'egress-proxy']);
    for (const name of ['agent', 'egress-guard']) {
      const mounts = containerOf(app, name).volumeMounts ?? [];
      expect(mounts.filter((mount) => mount.name === 'state')).toEqual([]);
    }
  });

  it('keeps it on a volume of one node when the driver has nothing narrower', () => {
    const app = synthesized({ state: SandboxState.persistent({ accessMode: 'ReadWriteOnce' }) });
    expect(app.find('PersistentVolumeClaim', 'kars-state')['spec']).toMatchObject({
      accessModes: ['ReadWriteOnce'],
    });
  });

  it.each(['router', 'egress-proxy'])('bounds the audit log of %s by its volume', (name) => {
    const argumentsWith = (state?: SandboxState) =>
      containerOf(synthesized(state === undefined ? {} : { state }), name).args;
    expect(argumentsWith()).toEqual(
      expect.arrayContaining(['--audit-limit=483183820', '--audit-retention-days=90']),
    );
    const size = Size.gibibytes(2);
    const auditRetention = Duration.days(7);
    expect(argumentsWith(SandboxState.persistent({ size, auditRetention }))).toEqual(
      expect.arrayContaining(['--audit-limit=966367641', '--audit-retention-days=7']),
    );
  });

  it('keeps its state in the pod when that is asked for', () => {
    const app = synthesized({ state: SandboxState.ephemeral() });
    expect(app.ofKind('PersistentVolumeClaim')).toEqual([]);
    expect(podOf(app).volumes).toContainEqual({ name: 'state', emptyDir: { sizeLimit: '1Gi' } });
  });
});

describe('the namespace of a sandbox', () => {
  it('admits the guard, and is not in the namespace of the chart', () => {
    const { metadata } = synthesized().find('Namespace', 'kars-reader');
    expect(metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('privileged');
    expect(metadata.namespace).toBeUndefined();
  });

  it('lets in whom it names, at that port alone, by policy, packet rule and name', () => {
    const app = synthesized({
      inbound: [
        Inbound.fromNamespace('apps', { port: 8080, podLabels: { app: 'web' } }),
        Inbound.fromNamespace('jobs', { port: 8080 }),
      ],
    });
    const from = (name: string): object => ({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } },
    });
    const ports = [{ protocol: 'TCP', port: 8080 }];
    expect(app.find('NetworkPolicy', 'allow-inbound')['spec']).toMatchObject({
      policyTypes: ['Ingress'],
      ingress: [
        { from: [{ ...from('apps'), podSelector: { matchLabels: { app: 'web' } } }], ports },
        { from: [from('jobs')], ports },
      ],
    });
    expect(app.find('Service', 'reader')['spec']).toMatchObject({
      ports: [{ port: 8080, protocol: 'TCP' }],
    });
    const volume = podOf(app).volumes?.find(({ name }) => name === 'hardening');
    expect(JSON.stringify(app.find('ConfigMap', volume?.configMap?.name ?? ''))).toContain(
      'tcp dport 8080 accept',
    );
    expect(synthesized().ofKind('Service')).toEqual([]);
  });

  it('denies all traffic by default and opens the ports of entries and providers', () => {
    const app = synthesized({ egress: [Egress.tcp('db.example.com', 5432)] });
    expect(app.find('NetworkPolicy', 'default-deny')['spec']).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    });
    const { egress } = app.find('NetworkPolicy', 'allow-public')['spec'] as {
      egress: { ports: { port: number }[] }[];
    };
    expect(egress[0]?.ports.map(({ port }) => port)).toEqual([443, 5432]);
  });

  it('opens each range at the ports of its entries, and nothing more for it', () => {
    const app = synthesized({
      egress: [
        Egress.cidr('10.20.0.0/28', 5432),
        Egress.cidr('fd12::/64', 443),
        Egress.cidr('10.20.0.0/28', 443),
      ],
    });
    const tcp = (port: number): object => ({ protocol: 'TCP', port });
    expect(app.find('NetworkPolicy', 'allow-ranges')['spec']).toMatchObject({
      policyTypes: ['Egress'],
      egress: [
        { to: [{ ipBlock: { cidr: '10.20.0.0/28' } }], ports: [tcp(443), tcp(5432)] },
        { to: [{ ipBlock: { cidr: 'fd12::/64' } }], ports: [tcp(443)] },
      ],
    });
    expect(app.find('NetworkPolicy', 'allow-public')).toEqual(
      synthesized().find('NetworkPolicy', 'allow-public'),
    );
  });

  it('opens a range of ports as one', () => {
    const app = synthesized({
      egress: [
        Egress.tcp('broker.example.com', { from: 9092, to: 9094 }),
        Egress.tcp('*.broker.example.com', { from: 9092, to: 9094 }),
        Egress.cidr('10.20.0.0/28', { from: 9092, to: 9093 }),
      ],
    });
    expect(app.find('NetworkPolicy', 'allow-public')['spec']).toMatchObject({
      egress: [{ ports: [{ port: 443 }, { protocol: 'TCP', port: 9092, endPort: 9094 }] }],
    });
    expect(app.find('NetworkPolicy', 'allow-ranges')['spec']).toMatchObject({
      egress: [{ ports: [{ protocol: 'TCP', port: 9092, endPort: 9093 }] }],
    });
  });
});

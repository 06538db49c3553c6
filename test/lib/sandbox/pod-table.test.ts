import { Cron, Size } from 'cdk8s';
import type { Container, ResourceRequirements } from 'kubernetes-types/core/v1.js';
import { describe, expect, it } from 'vitest';
import {
  AgentResources,
  SandboxState,
  SandboxWorkload,
  SandboxWorkspace,
  type KarsSandboxProps,
} from 'kars-constructs';
import type { KarsSandboxSpec } from 'kars-constructs/contract';
import { acceptedInput } from '../../support/input.ts';
import { expandSandbox } from '../../../lib/sandbox/expand.ts';
import { containerOf, podOf, synthesized } from '../../support/pod.ts';

/** The pod table of the architecture: user, capabilities, port on the pod's address. */
const table = {
  'egress-guard': { uid: 0, capabilities: ['NET_ADMIN'], statusPort: undefined },
  'egress-proxy': { uid: 1002, capabilities: [], statusPort: 9081 },
  router: { uid: 1001, capabilities: [], statusPort: 9080 },
  agent: { uid: 1000, capabilities: [], statusPort: undefined },
};

const names = Object.keys(table) as (keyof typeof table)[];

const workloads: [string, Partial<KarsSandboxProps>][] = [
  ['a service', {}],
  ['a job', { workload: SandboxWorkload.job() }],
  ['a cron job', { workload: SandboxWorkload.cron({ schedule: Cron.hourly() }) }],
];

describe.each(workloads)('the pod of %s', (_name, props) => {
  const app = synthesized(props);
  const pod = podOf(app);

  it('starts the guard, then the sidecars, then the agent', () => {
    const { initContainers = [], containers } = pod;
    expect([...initContainers, ...containers].map(({ name }) => name)).toEqual(names);
    expect(containers).toHaveLength(1);
    // Kubernetes goes on when a container without restartPolicy has ended, and one with has started.
    const [guard, ...sidecars] = initContainers;
    expect([guard?.restartPolicy, guard?.startupProbe]).toEqual([undefined, undefined]);
    for (const { restartPolicy, startupProbe } of sidecars) {
      expect(restartPolicy).toBe('Always');
      expect(startupProbe?.httpGet?.path).toBe('/readyz');
    }
  });

  it.each(names)('has %s as the table says', (name) => {
    const { securityContext, ports = [] } = containerOf(app, name);
    const { uid, capabilities, statusPort } = table[name];
    expect(securityContext).toMatchObject({
      runAsUser: uid,
      runAsGroup: uid,
      runAsNonRoot: uid !== 0,
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(securityContext?.capabilities?.add ?? []).toEqual(capabilities);
    expect(securityContext?.privileged).toBeUndefined();
    expect(ports.map(({ containerPort }) => containerPort)).toEqual(
      statusPort === undefined ? [] : [statusPort],
    );
  });

  it.each(names)('reserves and bounds CPU, memory and disk of %s', (name) => {
    const { requests = {}, limits = {} } = containerOf(app, name).resources ?? {};
    const kinds = ['cpu', 'ephemeral-storage', 'memory'];
    expect(Object.keys(requests).sort()).toEqual(kinds);
    expect(Object.keys(limits).sort()).toEqual(kinds);
  });

  it('bounds every directory that is on the node', () => {
    const directories = (pod.volumes ?? []).filter(({ emptyDir }) => emptyDir !== undefined);
    expect(directories.map(({ name }) => name)).toEqual(['launcher', 'workspace', 'tmp']);
    expect(directories.filter(({ emptyDir }) => emptyDir?.sizeLimit === undefined)).toEqual([]);
  });

  it('has an identity without rights, and no token of it', () => {
    expect(pod).toMatchObject({
      serviceAccountName: 'sandbox',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
    });
    expect(app.find('ServiceAccount', 'sandbox')['automountServiceAccountToken']).toBe(false);
    const rights = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding'];
    expect(rights.flatMap((kind) => app.ofKind(kind))).toEqual([]);
    expect(JSON.stringify(pod)).not.toContain('serviceAccountToken"');
  });

  it('shares nothing with the node', () => {
    const { hostNetwork, hostPID, hostIPC, shareProcessNamespace, volumes = [] } = pod;
    expect([hostNetwork, hostPID, hostIPC, shareProcessNamespace]).toEqual(
      Array(4).fill(undefined),
    );
    expect(volumes.filter(({ hostPath }) => hostPath !== undefined)).toEqual([]);
  });
});

describe('the resources of the agent', () => {
  const resourcesOf = (props: Partial<KarsSandboxProps>): Container['resources'] =>
    containerOf(synthesized(props), 'agent').resources;

  const disk = (props: Partial<KarsSandboxProps>): unknown =>
    resourcesOf(props)?.limits?.['ephemeral-storage'];

  it('are those that are given', () => {
    const resources = new AgentResources({
      cpu: { request: 0.25, limit: 1 },
      memory: { request: Size.mebibytes(256), limit: Size.gibibytes(1) },
      ephemeralStorage: { request: Size.mebibytes(64), limit: Size.gibibytes(1) },
    });
    expect(resourcesOf({ resources })).toEqual({
      requests: { cpu: '250m', memory: '256Mi', 'ephemeral-storage': '64Mi' },
      limits: { cpu: '1000m', memory: '1024Mi', 'ephemeral-storage': '1024Mi' },
    });
  });

  it('have room on disk for every directory of the pod, and the logs', () => {
    const logs = 128;
    const own = 16 + 1024 + 1024 + logs;
    expect(disk({})).toBe(`${own}Mi`);
    const workspace = SandboxWorkspace.ephemeral({ size: Size.gibibytes(20) });
    expect(disk({ workspace })).toBe(`${own + 19 * 1024}Mi`);
    expect(disk({ workspace: SandboxWorkspace.persistent() })).toBe(`${own - 1024}Mi`);
    expect(disk({ state: SandboxState.ephemeral() })).toBe(`${own + 1024}Mi`);
    // A directory in memory counts there.
    expect(disk({ isolation: 'confidential' })).toBe(`${own}Mi`);
  });

  const ofManifest = (given: { requests?: object; limits?: object }): ResourceRequirements => {
    const resources = given as NonNullable<KarsSandboxSpec['resources']>;
    const { objects } = expandSandbox(acceptedInput({ resources }));
    const { spec } = objects.find(({ kind }) => kind === 'Deployment') as unknown as {
      spec: { template: { spec: { containers: { resources: ResourceRequirements }[] } } };
    };
    return spec.template.spec.containers[0]?.resources ?? {};
  };

  it('of a manifest keep what it says, and are bounded where it says nothing', () => {
    expect(ofManifest({ limits: { cpu: '1', memory: '2Gi' } })).toEqual({
      requests: { 'ephemeral-storage': '256Mi' },
      limits: { cpu: '1', memory: '2Gi', 'ephemeral-storage': '2192Mi' },
    });
    expect(ofManifest({})).toEqual(resourcesOf({}));
    expect(ofManifest({ limits: { cpu: '1' } })).toEqual({
      requests: { memory: '1Gi', 'ephemeral-storage': '256Mi' },
      limits: { cpu: '1', memory: '4Gi', 'ephemeral-storage': '2192Mi' },
    });
  });

  it.each([
    [{ limits: { memory: '0' } }, 'memory: got "0"'],
    [{ limits: { memory: '0.0Gi' } }, 'memory: got "0.0Gi"'],
    [{ limits: { cpu: 0 } }, 'cpu: got 0'],
    [{ limits: { 'ephemeral-storage': '0e9' } }, 'ephemeral-storage: got "0e9"'],
    [{ limits: { cpu: '-1' } }, 'cpu: got "-1"'],
    [{ limits: { cpu: null } }, 'cpu: got null'],
    [{ requests: { memory: '8Gi' } }, 'memory: got a request without a limit'],
  ])('of a manifest that leave no bound are refused: %o', (resources, text) => {
    const { problems } = expandSandbox(acceptedInput({ resources }));
    expect(problems.map(({ code, path, message }) => `${code} ${path}: ${message}`)).toEqual([
      expect.stringContaining(`KARS_AGENT_LIMIT spec.resources.limits.${text}`),
    ]);
  });

  it.each(['100m', 2, '1.5', '1e9', '.5Gi', '12E'])('of a manifest may be %s', (cpu) => {
    expect(expandSandbox(acceptedInput({ resources: { limits: { cpu } } })).problems).toEqual([]);
  });
});

import { Chart, Duration, Testing } from 'cdk8s';
import { ConfigMap, Secret } from 'cdk8s-plus-28';
import { describe, expect, it } from 'vitest';
import { AgentRuntime, NodeRequirement, Toleration, type SandboxScheduling } from 'kars-constructs';
import { containerOf, envOf, podOf, refusalsOf, synthesized } from '../../support/pod.ts';

const chart = (): Chart => new Chart(Testing.app(), 'chart');
const bundleIn = (name: string) => ({
  configMap: ConfigMap.fromConfigMapName(chart(), 'ca', name),
  key: 'bundle.pem',
});

const caVariables = ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'REQUESTS_CA_BUNDLE'];

describe('the proxy variables', () => {
  const proxies = (props: Parameters<typeof synthesized>[0]): string[] =>
    Object.keys(envOf(containerOf(synthesized(props), 'agent'))).filter((name) =>
      /proxy/i.test(name),
    );

  it('are set, unless that is declined', () => {
    const all =
      'HTTPS_PROXY HTTP_PROXY NODE_USE_ENV_PROXY NO_PROXY http_proxy https_proxy no_proxy';
    expect(proxies({})).toEqual(all.split(' '));
    expect(proxies({ proxyEnv: true })).toEqual(all.split(' '));
    expect(proxies({ proxyEnv: false })).toEqual([]);
  });

  it('leave the router named when they are declined', () => {
    const env = envOf(containerOf(synthesized({ proxyEnv: false }), 'agent'));
    expect(env['OPENAI_BASE_URL']).toBe('http://127.0.0.1:8443/v1');
  });
});

describe('an authority of the agent', () => {
  const extraCa = bundleIn('company-ca');

  it('is mounted read-only into the agent alone, and announced', () => {
    const app = synthesized({ extraCa });
    const agent = containerOf(app, 'agent');
    expect(podOf(app).volumes).toContainEqual({
      name: 'ca',
      configMap: { name: 'company-ca', items: [{ key: 'bundle.pem', path: 'ca.crt' }] },
    });
    expect(agent.volumeMounts).toContainEqual({
      name: 'ca',
      mountPath: '/run/kars/ca',
      readOnly: true,
    });
    expect(caVariables.map((name) => envOf(agent)[name])).toEqual(
      caVariables.map(() => '/run/kars/ca/ca.crt'),
    );
    for (const name of ['egress-guard', 'router', 'egress-proxy']) {
      expect(JSON.stringify(containerOf(app, name))).not.toContain('/run/kars/ca');
    }
  });

  it('is none unless it is named', () => {
    const env = envOf(containerOf(synthesized(), 'agent'));
    expect(caVariables.filter((name) => name in env)).toEqual([]);
  });

  it('gives way to what the agent says, so that no variable is there twice', () => {
    const agent = AgentRuntime.container({
      image: 'a',
      command: ['/a'],
      env: { SSL_CERT_FILE: '/mine', OPENAI_MODEL: 'mine' },
    });
    const { env = [] } = containerOf(synthesized({ agent, extraCa }), 'agent');
    const names = env.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(env).toContainEqual({ name: 'SSL_CERT_FILE', value: '/mine' });
    expect(env).toContainEqual({ name: 'OPENAI_MODEL', value: 'mine' });
  });

  it('is refused from a ConfigMap of the platform', () => {
    expect(refusalsOf({ extraCa: bundleIn('kars-documents-set') })).toContain(
      'spec.extraCa may not name a ConfigMap that begins with kars-',
    );
  });
});

describe('the pull secrets', () => {
  it('are those of the kubelet, and of no container', () => {
    const app = synthesized({ pullSecrets: [Secret.fromSecretName(chart(), 'pull', 'registry')] });
    expect(podOf(app).imagePullSecrets).toEqual([{ name: 'registry' }]);
    const rest = { ...podOf(app), imagePullSecrets: [] };
    expect(JSON.stringify(rest)).not.toContain('"registry"');
    expect(podOf(synthesized()).imagePullSecrets).toBeUndefined();
  });
});

describe('the node', () => {
  const pod = (scheduling: SandboxScheduling) => podOf(synthesized({ scheduling }));

  it('is one that the pod is meant for', () => {
    const scheduling = {
      nodeSelector: { pool: 'agents' },
      nodeAffinity: [
        NodeRequirement.in('zone', ['a', 'b']),
        NodeRequirement.notIn('size', ['small']),
        NodeRequirement.exists('fast'),
        NodeRequirement.doesNotExist('shared'),
      ],
      tolerations: [
        Toleration.of('agents', { value: 'only', effect: 'NoSchedule' }),
        Toleration.of('spot', { effect: 'NoExecute', duration: Duration.minutes(1) }),
      ],
      priorityClassName: 'low',
    };
    expect(pod(scheduling)).toMatchObject({
      nodeSelector: { pool: 'agents' },
      priorityClassName: 'low',
      tolerations: [
        { key: 'agents', operator: 'Equal', value: 'only', effect: 'NoSchedule' },
        { key: 'spot', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 60 },
      ],
    });
    const terms =
      pod(scheduling).affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
    // Several terms would be alternatives.
    expect(terms?.nodeSelectorTerms).toEqual([
      {
        matchExpressions: [
          { key: 'zone', operator: 'In', values: ['a', 'b'] },
          { key: 'size', operator: 'NotIn', values: ['small'] },
          { key: 'fast', operator: 'Exists' },
          { key: 'shared', operator: 'DoesNotExist' },
        ],
      },
    ]);
  });

  it('is any when nothing is said', () => {
    const { nodeSelector, tolerations, affinity, nodeName } = podOf(synthesized());
    expect([nodeSelector, tolerations, affinity, nodeName]).toEqual(Array(4).fill(undefined));
  });

  it.each<[string, SandboxScheduling, string]>([
    ['a priority of the cluster', { priorityClassName: 'system-node-critical' }, 'system-'],
    ['every taint', { tolerations: [Toleration.of('')] }, 'spec.scheduling.tolerations[0].key'],
    ['one of no labels', { nodeAffinity: [NodeRequirement.in('a', [])] }, 'nodeAffinity'],
  ])('is refused with %s', (_what, scheduling, expected) => {
    expect(refusalsOf({ scheduling })).toContain(expected);
  });
});

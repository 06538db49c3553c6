import { Chart, Testing, type App } from 'cdk8s';
import { Secret, type ISecret } from 'cdk8s-plus-28';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { describe, expect, it } from 'vitest';
import {
  Egress,
  EgressLearning,
  KarsImages,
  KarsPlatform,
  ParentProxy,
  SandboxSecret,
  type AdmissionProps,
  type KarsSandboxProps,
} from 'kars-constructs';
import { synthesize, type SynthesizedApp } from 'kars-constructs/testing';
import { admissionProps } from '../../support/admission.ts';
import { containerOf } from '../../support/pod.ts';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';

const URL_OF_PARENT = 'http://proxy.example.com:3128';
const ranges = ['10.20.0.0/28'];
const parentProxy = ParentProxy.at(URL_OF_PARENT, { ranges });
const accepted: Partial<AdmissionProps> = { parentProxies: [parentProxy] };

const build =
  (props: (app: App) => Partial<KarsSandboxProps>, admission: Partial<AdmissionProps> = accepted) =>
  (app: App): void => {
    new KarsPlatform(app, 'platform', {
      images: KarsImages.local(),
      admission: { ...admissionProps, ...admission },
    });
    sandboxIn(agentsChart(app), props(app));
  };

const volumesOf = (app: SynthesizedApp): unknown =>
  (app.find('Deployment', 'reader') as unknown as Deployment).spec?.template.spec?.volumes;

const secretIn = (app: App): ISecret =>
  Secret.fromSecretName(new Chart(app, `c${app.node.children.length}`), 'parent', 'proxy-account');

const withCredentials = (app: App): Partial<KarsSandboxProps> => ({
  parentProxy: ParentProxy.at(URL_OF_PARENT, {
    ranges,
    credentials: { secret: secretIn(app), key: 'basic' },
  }),
});

describe('a sandbox behind a parent proxy', () => {
  const argument =
    '--parent-proxy={"ranges":["10.20.0.0/28"],"url":"http://proxy.example.com:3128"}';

  it('says so in an argument of both sidecars', () => {
    const app = synthesize(build(() => ({ parentProxy })));
    for (const name of ['egress-proxy', 'router']) {
      const { args = [], volumeMounts = [] } = containerOf(app, name);
      expect(args).toContain(argument);
      expect(args.join()).not.toContain('credentials');
      expect(volumeMounts.map((mount) => mount.name)).not.toContain('parent-proxy');
    }
  });

  it('has the sidecars sign in, and shows the agent no credentials', () => {
    const app = synthesize(build(withCredentials));
    const mount = { name: 'parent-proxy', mountPath: '/run/kars/parent-proxy', readOnly: true };
    for (const name of ['egress-proxy', 'router']) {
      const { args, volumeMounts } = containerOf(app, name);
      expect(args).toContain('--parent-proxy-credentials=/run/kars/parent-proxy/credentials');
      expect(volumeMounts).toContainEqual(mount);
    }
    expect(JSON.stringify(containerOf(app, 'agent'))).not.toContain('parent-proxy');
    const items = [{ key: 'basic', path: 'credentials' }];
    expect(volumesOf(app)).toContainEqual({
      name: 'parent-proxy',
      projected: { defaultMode: 0o440, sources: [{ secret: { name: 'proxy-account', items } }] },
    });
  });

  it('reaches the proxy and the ranges of its entries, and nothing else', () => {
    const egress = [Egress.https('api.example.com'), Egress.cidr('10.30.0.0/16', 5432)];
    const app = synthesize(build(() => ({ parentProxy, egress })));
    const rulesOf = (name: string): unknown =>
      (app.find('NetworkPolicy', name) as { spec?: { egress?: unknown } }).spec?.egress;
    expect(rulesOf('allow-public')).toEqual([]);
    expect(rulesOf('allow-ranges')).toEqual([
      {
        to: [{ ipBlock: { cidr: '10.30.0.0/16' } }],
        ports: [{ protocol: 'TCP', port: 5432 }],
      },
      {
        to: [{ ipBlock: { cidr: '10.20.0.0/28' } }],
        ports: [{ protocol: 'TCP', port: 3128 }],
      },
    ]);
  });

  it('has the range of an address by itself', () => {
    const own = ParentProxy.at('http://10.20.0.5:3128');
    const app = synthesize(build(() => ({ parentProxy: own }), { parentProxies: [own] }));
    expect(JSON.stringify(app.find('NetworkPolicy', 'allow-ranges'))).toContain('10.20.0.5/32');
  });

  it('is weaker for it, and its posture says why', () => {
    const { posture } = sandboxIn(agentsChart(Testing.app()), { parentProxy });
    expect(posture.promises.find(({ id }) => id === 'P3')).toMatchObject({
      state: 'weakened',
      weakenedBy: [{ field: 'KarsSandbox parentProxy' }],
    });
  });

  it.each<[string, (app: App) => Partial<KarsSandboxProps>, Partial<AdmissionProps>, string]>([
    ['no platform names it', () => ({ parentProxy }), {}, '[KARS_BELOW_FLOOR] parentProxy'],
    [
      'the platform names it with other ranges',
      () => ({ parentProxy }),
      { parentProxies: [ParentProxy.at(URL_OF_PARENT, { ranges: ['10.20.0.0/24'] })] },
      '[KARS_BELOW_FLOOR] parentProxy',
    ],
    [
      'it has another scheme',
      () => ({ parentProxy: ParentProxy.at('https://proxy.example.com:3128', { ranges }) }),
      accepted,
      '[KARS_PARENT_PROXY] spec.parentProxy.url',
    ],
    [
      'its name has no range',
      () => ({ parentProxy: ParentProxy.at(URL_OF_PARENT) }),
      accepted,
      'parentProxy.ranges',
    ],
    [
      'its range has the metadata service',
      () => ({ parentProxy: ParentProxy.at('http://169.254.169.254:80') }),
      accepted,
      '[KARS_PARENT_PROXY] spec.parentProxy.ranges[0]',
    ],
    [
      'something is learned',
      () => ({ parentProxy, learning: EgressLearning.until(new Date('2026-01-31T09:00:00Z')) }),
      { ...accepted, loosestEgressMode: 'Learn' },
      '[KARS_PARENT_PROXY] learning',
    ],
    [
      'the agent gets its credentials',
      (app) => ({
        ...withCredentials(app),
        secrets: [SandboxSecret.env('A', { secret: secretIn(app), key: 'basic' })],
      }),
      accepted,
      '[KARS_SECRET_OF_PROXY] spec.secrets[0].secretRef.name',
    ],
    [
      'the platform names one that is none',
      () => ({}),
      { parentProxies: [ParentProxy.at('proxy.example.com')] },
      '[KARS_PARENT_PROXY] admission.parentProxies[0].url',
    ],
  ])('is refused when %s', (_what, props, admission, expected) => {
    expect(synthProblems(build(props, admission))).toContain(expected);
  });
});

import type { DaemonSet } from 'kubernetes-types/apps/v1.js';
import { describe, expect, it } from 'vitest';
import { KarsImages, KarsPlatform, type KarsPlatformProps } from 'kars-constructs';
import { synthesize, type SynthesizedApp } from 'kars-constructs/testing';
import { strictProfile } from '../../../lib/sandbox/seccomp/localhost-profile.ts';
import { sandboxIn, agentsChart, synthProblems } from '../../support/sandbox.ts';

const platform = (props: Partial<KarsPlatformProps> = {}): SynthesizedApp =>
  synthesize(
    (app) =>
      new KarsPlatform(app, 'platform', {
        admission: 'none',
        images: KarsImages.local(),
        ...props,
      }),
  );

const podOf = (app: SynthesizedApp) =>
  (app.find('DaemonSet', 'seccomp-profile') as unknown as DaemonSet).spec?.template.spec;

describe('the seccomp profile on the nodes', () => {
  it('comes from a pod without token or role, which sees one directory of the node', () => {
    const app = platform();
    const pod = podOf(app);
    expect(pod?.automountServiceAccountToken).toBe(false);
    expect(
      app.objects.filter(({ kind }) => /Role|Binding$/.test(kind)).map(({ kind }) => kind),
    ).toEqual(app.ofKind('ValidatingAdmissionPolicyBinding').map(({ kind }) => kind));
    expect(pod?.volumes?.flatMap(({ hostPath }) => hostPath ?? [])).toEqual([
      { path: '/var/lib/kubelet/seccomp/kars', type: 'DirectoryOrCreate' },
    ]);
    expect([pod?.hostNetwork, pod?.hostPID, pod?.hostIPC]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('is written by a root without capabilities, and watched by nobody who cannot write', () => {
    const pod = podOf(platform());
    const [install] = pod?.initContainers ?? [];
    const [present] = pod?.containers ?? [];
    const locked = {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    };
    expect(install?.securityContext).toMatchObject({ ...locked, runAsUser: 0 });
    expect(present?.securityContext).toMatchObject({ ...locked, runAsUser: 65_534 });
    expect(present?.volumeMounts).toEqual([{ name: 'node', mountPath: '/node', readOnly: true }]);
  });

  it('is the one that sandboxes name, by digest', () => {
    const app = platform();
    const { path, body, digest } = strictProfile();
    const file = path.replace('kars/', '');
    expect(app.find('ConfigMap', file.replace('.json', ''))).toMatchObject({
      immutable: true,
      data: { [file]: body },
    });
    const pod = podOf(app);
    for (const container of [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])]) {
      expect(container.args).toEqual(
        expect.arrayContaining([`--file=/node/${file}`, `--digest=${digest}`]),
      );
    }
  });

  it('goes where the kubelet of the nodes looks', () => {
    const pod = podOf(platform({ kubeletDirectory: '/data/kubelet' }));
    expect(JSON.stringify(pod?.volumes)).toContain('/data/kubelet/seccomp/kars');
  });

  it('has a namespace that admits a path of the node, and a sandbox cannot have it', () => {
    const app = platform();
    const level = (name: string): unknown =>
      app.find('Namespace', name).metadata.labels?.['pod-security.kubernetes.io/enforce'];
    expect([level('kars-system'), level('kars-node-profiles')]).toEqual([
      'restricted',
      'privileged',
    ]);
    expect(synthProblems((scope) => sandboxIn(agentsChart(scope), {}, 'node-profiles'))).toContain(
      'KARS_NAME_RESERVED',
    );
  });

  it('is left to others when that is said', () => {
    const app = platform({ installSeccompProfile: false });
    expect(app.ofKind('DaemonSet')).toEqual([]);
    expect(app.ofKind('Namespace').map(({ metadata }) => metadata.name)).toEqual(['kars-system']);
  });

  it.each([
    '',
    'var/lib/kubelet',
    '/var/lib/kubelet/',
    '/var/../etc',
    '/var/lib/./kubelet',
    '/a b',
  ])('refuses "%s" as directory of the kubelet', (kubeletDirectory) => {
    const images = KarsImages.local();
    expect(
      synthProblems(
        (app) => new KarsPlatform(app, 'platform', { admission: 'none', images, kubeletDirectory }),
      ),
    ).toContain('KARS_KUBELET_DIRECTORY');
  });

  it('needs an image, unless it is left to others', () => {
    expect(
      synthProblems((app) => new KarsPlatform(app, 'platform', { admission: 'none' })),
    ).toContain('KARS_IMAGES_MISSING');
    expect(
      synthProblems(
        (app) =>
          new KarsPlatform(app, 'platform', { admission: 'none', installSeccompProfile: false }),
      ),
    ).toBe('');
  });
});

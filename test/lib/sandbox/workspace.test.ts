import { Chart, Size, Testing } from 'cdk8s';
import { PersistentVolumeClaim } from 'cdk8s-plus-28';
import type { Volume } from 'kubernetes-types/core/v1.js';
import { describe, expect, it } from 'vitest';
import { SandboxState, SandboxWorkspace } from 'kars-constructs';
import { bytesOf } from '../../../lib/contract/quantity.ts';
import { containerOf, podOf, refusalsOf, synthesized } from '../../support/pod.ts';

const volumeOf = (workspace?: SandboxWorkspace): Volume | undefined =>
  podOf(synthesized(workspace === undefined ? {} : { workspace })).volumes?.find(
    ({ name }) => name === 'workspace',
  );

const claimNamed = (name: string) =>
  PersistentVolumeClaim.fromClaimName(new Chart(Testing.app(), 'chart'), 'claim', name);

describe('the workspace', () => {
  it('is a bounded empty directory', () => {
    expect(volumeOf()).toEqual({ name: 'workspace', emptyDir: { sizeLimit: '1Gi' } });
    expect(volumeOf(SandboxWorkspace.ephemeral())).toEqual(volumeOf());
    expect(volumeOf(SandboxWorkspace.ephemeral({ size: Size.gibibytes(5) }))).toEqual({
      name: 'workspace',
      emptyDir: { sizeLimit: '5120Mi' },
    });
  });

  it('is a claim of the sandbox when it is to outlive the pod', () => {
    const workspace = SandboxWorkspace.persistent({
      size: Size.gibibytes(2),
      storageClassName: 'fast',
    });
    const app = synthesized({ workspace, state: SandboxState.ephemeral() });
    expect(volumeOf(workspace)).toEqual({
      name: 'workspace',
      persistentVolumeClaim: { claimName: 'kars-workspace' },
    });
    expect(app.find('PersistentVolumeClaim', 'kars-workspace')).toMatchObject({
      metadata: { namespace: 'kars-reader' },
      spec: {
        accessModes: ['ReadWriteOncePod'],
        storageClassName: 'fast',
        resources: { requests: { storage: '2048Mi' } },
      },
    });
  });

  it('takes an access mode that the driver has', () => {
    const workspace = SandboxWorkspace.persistent({ accessMode: 'ReadWriteOnce' });
    expect(
      synthesized({ workspace }).find('PersistentVolumeClaim', 'kars-workspace')['spec'],
    ).toMatchObject({ accessModes: ['ReadWriteOnce'] });
  });

  it('is a claim of somebody else, which the sandbox does not make', () => {
    const workspace = SandboxWorkspace.existing(claimNamed('shared'));
    expect(volumeOf(workspace)).toEqual({
      name: 'workspace',
      persistentVolumeClaim: { claimName: 'shared' },
    });
    const claims = synthesized({ workspace }).ofKind('PersistentVolumeClaim');
    expect(claims.map(({ metadata: { name } }) => name)).toEqual(['kars-state']);
  });

  it('is mounted by the agent alone', () => {
    const app = synthesized({ workspace: SandboxWorkspace.persistent() });
    const mounting = ['egress-guard', 'router', 'egress-proxy', 'agent'].filter((name) =>
      containerOf(app, name).volumeMounts?.some((mount) => mount.name === 'workspace'),
    );
    expect(mounting).toEqual(['agent']);
  });

  it.each(['kars-state', 'kars-workspace'])('is refused as the claim %s', (name) => {
    expect(refusalsOf({ workspace: SandboxWorkspace.existing(claimNamed(name)) })).toContain(
      'spec.workspace.claimName may not begin with kars-',
    );
  });
});

it.each([
  ['1', 1],
  ['2Ki', 2048],
  ['3M', 3_000_000],
  ['5120Mi', 5_368_709_120],
  ['1T', 1e12],
  ['0', undefined],
  ['1.5Gi', undefined],
  ['-1', undefined],
  ['1m', undefined],
])('the size %s is %s bytes', (text, bytes) => {
  expect(bytesOf(text)).toBe(bytes);
});

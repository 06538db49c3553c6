import { App, Size } from 'cdk8s';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { PodSpec } from 'kubernetes-types/core/v1.js';
import { describe, expect, it } from 'vitest';
import { KarsPlatform, type KarsPlatformProps, type KarsSandboxProps } from 'kars-constructs';
import { synthesize, type SynthesizedApp } from 'kars-constructs/testing';
import { agentsChart, sandboxIn, synthProblems } from '../../support/sandbox.ts';

const podOf = (props: Partial<KarsSandboxProps>): PodSpec => {
  const app = synthesize((scope) => sandboxIn(agentsChart(scope), props));
  const { spec } = app.find('Deployment', 'reader') as unknown as Deployment;
  const pod = spec?.template.spec;
  if (pod === undefined) throw new Error('there is no pod');
  return pod;
};

const problemsOf = (props: Partial<KarsSandboxProps>): string =>
  synthProblems((app) => sandboxIn(agentsChart(app), props));

describe('the isolation of a sandbox', () => {
  it('is that of the node in every level but confidential', () => {
    for (const isolation of ['standard', 'enhanced'] as const) {
      expect(podOf({ isolation })).not.toHaveProperty('runtimeClassName');
    }
    expect(podOf({ isolation: 'confidential' }).runtimeClassName).toBe('kata-vm-isolation');
  });

  it('runs in the RuntimeClass that is named, which the custom resource carries', () => {
    const props = { isolation: 'confidential', runtimeClassName: 'kata-cc' } as const;
    expect(podOf(props).runtimeClassName).toBe('kata-cc');
    const app = synthesize((scope) => sandboxIn(agentsChart(scope), props));
    expect(app.find('KarsSandbox', 'reader')).toMatchObject({ spec: { sandbox: props } });
  });

  it('refuses a RuntimeClass where the level has none', () => {
    expect(problemsOf({ runtimeClassName: 'kata' })).toContain('needs isolation=confidential');
  });

  it('has users of the node unless it is told otherwise', () => {
    expect(podOf({})).not.toHaveProperty('hostUsers');
    expect(podOf({ hostUsers: true })).not.toHaveProperty('hostUsers');
    expect(podOf({ hostUsers: false }).hostUsers).toBe(false);
  });

  it('refuses users of its own where it has a kernel of its own', () => {
    expect(problemsOf({ isolation: 'confidential', hostUsers: false })).toContain(
      'needs isolation=standard or enhanced',
    );
  });
});

describe('the RuntimeClass of the platform', () => {
  const platform = (props: Partial<KarsPlatformProps>): SynthesizedApp =>
    synthesize(
      (app: App) =>
        new KarsPlatform(app, 'platform', {
          admission: 'none',
          installSeccompProfile: false,
          ...props,
        }),
    );

  it('is not made unless it is asked for', () => {
    expect(platform({}).ofKind('RuntimeClass')).toEqual([]);
  });

  it('has the name that confidential sandboxes name', () => {
    const [found] = platform({ confidentialRuntime: { handler: 'kata' } }).ofKind('RuntimeClass');
    expect(found).toEqual({
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'kata-vm-isolation', labels: { 'app.kubernetes.io/name': 'kars' } },
      handler: 'kata',
    });
  });

  it('carries where pods may run, and what they cost', () => {
    const confidentialRuntime = {
      name: 'kata-cc',
      handler: 'kata',
      nodeSelector: { pool: 'kata' },
      tolerations: [{ key: 'kata' }, { key: 'pool', value: 'kata' }],
      overhead: { cpu: 0.25, memory: Size.mebibytes(160) },
    };
    const [found] = platform({ confidentialRuntime }).ofKind('RuntimeClass');
    expect(found).toMatchObject({
      metadata: { name: 'kata-cc' },
      scheduling: {
        nodeSelector: { pool: 'kata' },
        tolerations: [
          { key: 'kata', operator: 'Exists' },
          { key: 'pool', operator: 'Equal', value: 'kata' },
        ],
      },
      overhead: { podFixed: { cpu: '250m', memory: '160Mi' } },
    });
  });
});

import type { ConfigMap, Container } from 'kubernetes-types/core/v1.js';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import { describe, expect, it } from 'vitest';
import type { KarsSandboxProps } from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import type { LaunchDocument } from '../../../lib/contract/launch-document.ts';
import { strictProfile } from '../../../lib/sandbox/seccomp/localhost-profile.ts';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';

function hardened(props: Partial<KarsSandboxProps>) {
  const app = synthesize((scope) => sandboxIn(agentsChart(scope), props));
  const pod = (app.find('Deployment', 'reader') as unknown as Deployment).spec?.template.spec;
  const configMap = app
    .ofKind('ConfigMap')
    .find(({ metadata }) => metadata.name.startsWith('kars-hardening-')) as ConfigMap | undefined;
  const launch = JSON.parse(configMap?.data?.['launch.json'] ?? '') as LaunchDocument;
  const containers: readonly Container[] = [
    ...(pod?.initContainers ?? []),
    ...(pod?.containers ?? []),
  ];
  return { launch, containers };
}

describe('the hardening of a sandbox', () => {
  it('lets the agent connect to any port, and insists on rules about ports where it names some', () => {
    const landlockOf = (props: Partial<KarsSandboxProps>): LaunchDocument['landlock'] =>
      hardened(props).launch.landlock;
    expect(landlockOf({})).toMatchObject({ minAbi: 1 });
    expect(landlockOf({ connectPorts: 'any' }).connectPorts).toBeUndefined();
    expect(landlockOf({ connectPorts: 'sidecars' })).toMatchObject({
      minAbi: 4,
      connectPorts: [8443, 8444],
    });
    expect(landlockOf({ minLandlockAbi: 6 }).minAbi).toBe(6);
  });

  it('names the profile that the platform installs, for all but the guard, unless told otherwise', () => {
    const profiles = (props: Partial<KarsSandboxProps>): Record<string, string | undefined> =>
      Object.fromEntries(
        hardened(props).containers.map(({ name, securityContext }) => [
          name,
          securityContext?.seccompProfile?.localhostProfile ??
            securityContext?.seccompProfile?.type,
        ]),
      );
    const own = strictProfile().path;
    const runtime = 'RuntimeDefault';
    expect(profiles({})).toEqual({
      'egress-guard': runtime,
      'egress-proxy': own,
      router: own,
      agent: own,
    });
    expect(Object.values(profiles({ seccompProfile: runtime }))).toEqual(
      Array.from({ length: 4 }, () => runtime),
    );
  });
});

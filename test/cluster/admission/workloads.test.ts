import { beforeAll, describe, expect, it } from 'vitest';
import { SandboxWorkload } from 'kars-constructs';
import { Cron } from 'cdk8s';
import { synthesized } from '../../support/pod.ts';
import type { ApplicableObject } from '../client.ts';
import { refusalOf, useFloor, type Who } from './use-floor.ts';

describe('what makes pods in the namespaces of sandboxes and platform', () => {
  const floor = useFloor();
  const workloads = [
    synthesized(),
    synthesized({ workload: SandboxWorkload.job() }),
    synthesized({ workload: SandboxWorkload.cron({ schedule: Cron.daily() }) }),
  ].flatMap((app) => ['Deployment', 'Job', 'CronJob'].flatMap((kind) => app.ofKind(kind)));
  const answer = async (who: Who, object: ApplicableObject): Promise<string> =>
    refusalOf(await floor.tries(who, object));

  beforeAll(async () => {
    const { objects } = synthesized();
    await floor.deploy(objects.filter(({ kind }) => kind === 'Namespace'));
  });

  it.each(workloads.map((object) => [object.kind, object]))(
    'is written by deployers, a %s',
    async (_kind, object) => {
      expect(await answer('deployers', object)).toBe('allowed');
    },
  );

  it.each(
    (['tenant', 'operators', 'breakGlass', 'platformDeployers'] as const).flatMap((who) =>
      workloads.map((object) => [who, object.kind, object] as const),
    ),
  )('is not written by %s, a %s', async (who, _kind, object) => {
    expect(await answer(who, object)).toBe('KARS_WORKLOAD_WRITER');
  });

  it.each([
    ['apps/v1', 'StatefulSet'],
    ['apps/v1', 'DaemonSet'],
    ['apps/v1', 'ReplicaSet'],
    ['v1', 'ReplicationController'],
    ['v1', 'PodTemplate'],
  ])('is not written by others, of %s a %s', async (apiVersion, kind) => {
    const { spec } = workloads[0] as unknown as {
      spec: { template: object; selector: { matchLabels: object } };
    };
    const { template, selector } = spec;
    const object = {
      apiVersion,
      kind,
      metadata: { name: 'other', namespace: 'kars-reader' },
      ...(kind === 'PodTemplate'
        ? { template }
        : {
            spec: {
              template,
              selector: kind === 'ReplicationController' ? selector.matchLabels : selector,
            },
          }),
    };
    expect(await answer('tenant', object)).toBe('KARS_WORKLOAD_WRITER');
  });

  it('is not scaled away from one pod by others', async () => {
    const [deployment] = workloads;
    if (deployment === undefined) throw new Error('there is no deployment');
    await floor.deploy([deployment]);
    const path = `/apis/apps/v1/namespaces/kars-reader/deployments/reader/scale?dryRun=All`;
    const scale = (who: Who): Promise<string> =>
      floor
        .as(who)
        .call('PATCH', path, { spec: { replicas: 5 } }, 'application/merge-patch+json')
        .then(refusalOf);
    expect(await scale('tenant')).toBe('KARS_WORKLOAD_WRITER');
    expect(await scale('deployers')).toBe('allowed');
  });
});

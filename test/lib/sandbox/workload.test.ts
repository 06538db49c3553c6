import { Cron, Duration } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import { SandboxWorkload } from 'kars-constructs';
import { postureProblems } from 'kars-constructs/testing';
import { podOf, refusalsOf, synthesized } from '../../support/pod.ts';

const hourly = Cron.hourly();

describe('a sandbox that runs all the time', () => {
  it('is a Deployment without a second pod beside the first', () => {
    const expected = { replicas: 1, strategy: { type: 'Recreate' } };
    const [plain, asked] = [synthesized(), synthesized({ workload: SandboxWorkload.service() })];
    expect(plain.find('Deployment', 'reader')['spec']).toMatchObject(expected);
    expect(asked.find('Deployment', 'reader')).toEqual(plain.find('Deployment', 'reader'));
    expect(podOf(plain).restartPolicy).toBeUndefined();
  });
});

describe('a sandbox that runs once', () => {
  it('is a Job of one pod, which is tried once', () => {
    const app = synthesized({ workload: SandboxWorkload.job() });
    expect(app.ofKind('Deployment')).toEqual([]);
    expect(app.find('Job', 'reader')['spec']).toMatchObject({
      parallelism: 1,
      completions: 1,
      backoffLimit: 0,
      podReplacementPolicy: 'Failed',
      suspend: false,
      template: { spec: { restartPolicy: 'Never' } },
    });
  });

  it('has the limits that it is given, and no other', () => {
    const limits = {
      backoffLimit: 2,
      activeDeadline: Duration.hours(1),
      ttlAfterFinished: Duration.days(1),
    };
    const spec = (workload: SandboxWorkload): unknown =>
      synthesized({ workload }).find('Job', 'reader')['spec'];
    expect(spec(SandboxWorkload.job(limits))).toMatchObject({
      backoffLimit: 2,
      activeDeadlineSeconds: 3600,
      ttlSecondsAfterFinished: 86_400,
    });
    const plain = Object.keys(spec(SandboxWorkload.job()) as object);
    expect(plain).not.toContain('activeDeadlineSeconds');
    expect(plain).not.toContain('ttlSecondsAfterFinished');
  });
});

describe('a sandbox that runs by a schedule', () => {
  it('is a CronJob without two runs at once, in UTC', () => {
    const app = synthesized({ workload: SandboxWorkload.cron({ schedule: hourly }) });
    expect(app.find('CronJob', 'reader')['spec']).toMatchObject({
      schedule: '0 * * * *',
      timeZone: 'Etc/UTC',
      concurrencyPolicy: 'Forbid',
      suspend: false,
      jobTemplate: {
        spec: {
          backoffLimit: 0,
          podReplacementPolicy: 'Failed',
          template: { spec: { restartPolicy: 'Never' } },
        },
      },
    });
  });

  it('has the time zone, the delay and the limits that it is given', () => {
    const workload = SandboxWorkload.cron({
      schedule: Cron.schedule({ minute: '0', hour: '6' }),
      timeZone: 'Europe/Berlin',
      startingDeadline: Duration.minutes(5),
      activeDeadline: Duration.minutes(10),
    });
    expect(synthesized({ workload }).find('CronJob', 'reader')['spec']).toMatchObject({
      schedule: '0 6 * * *',
      timeZone: 'Europe/Berlin',
      startingDeadlineSeconds: 300,
      jobTemplate: { spec: { activeDeadlineSeconds: 600 } },
    });
  });

  it.each(['Local', 'Mars/Olympus'])('is refused in the time zone %s', (timeZone) => {
    const workload = SandboxWorkload.cron({ schedule: hourly, timeZone });
    expect(refusalsOf({ workload })).toContain(
      `[KARS_TIME_ZONE] workload.timeZone: got "${timeZone}", supply a name of the IANA data base`,
    );
  });

  it('is refused with a name that its jobs could not begin with', () => {
    const named = (length: number): string =>
      refusalsOf({
        workload: SandboxWorkload.cron({ schedule: hourly }),
        name: 'n'.repeat(length),
      });
    expect(named(52)).toBe('');
    expect(named(53)).toContain('[KARS_NAME_INVALID] name: got 53 characters, allowed 52');
  });
});

describe('every sort of workload', () => {
  const workloads = {
    service: SandboxWorkload.service(),
    job: SandboxWorkload.job(),
    cron: SandboxWorkload.cron({ schedule: hourly }),
  };

  it.each(Object.entries(workloads))('has the same pod: %s', (_name, workload) => {
    const pod = podOf(synthesized({ workload }));
    expect({ ...pod, restartPolicy: undefined }).toEqual(podOf(synthesized()));
    expect(postureProblems(synthesized({ workload }))).toEqual([]);
  });

  it.each([
    ['Deployment', workloads.service, { replicas: 0 }],
    ['Job', workloads.job, { suspend: true }],
    ['CronJob', workloads.cron, { suspend: true }],
  ])('keeps its objects when suspended, and runs nothing: %s', (kind, workload, expected) => {
    const app = synthesized({ workload, suspended: true });
    expect(app.find(kind, 'reader')['spec']).toMatchObject(expected);
    expect(app.ofKind('NetworkPolicy')).not.toEqual([]);
  });

  it.each([-1, 1.5, 101])('refuses %d tries after the first', (backoffLimit) => {
    const workload = SandboxWorkload.job({ backoffLimit });
    expect(refusalsOf({ workload })).toContain('spec.workload.job.backoffLimit');
  });
});

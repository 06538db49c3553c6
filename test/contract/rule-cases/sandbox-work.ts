import { casesOf } from './rule-case.ts';

const sandbox = (changes: object): object => ({
  runtime: {
    kind: 'BYO',
    byo: { image: 'registry.example.com/agent:1', contractVersion: 'v1' },
  },
  sandbox: {},
  inferenceRef: { name: 'models' },
  ...changes,
});
const workload = (members: object): object => sandbox({ workload: members });

const daily = { schedule: '@daily' };

/** Cases for the rules of a KarsSandbox about how and where its agent runs. */
export const sandboxWorkCases = casesOf(
  'KarsSandbox',
  {
    'an agent that runs all the time': workload({ type: 'Service', job: null, cron: null }),
    'an agent that runs once': workload({ type: 'Job', job: {} }),
    'an agent that runs daily': workload({ type: 'CronJob', job: {}, cron: daily }),
  },
  {
    'spec.workload.cron must be set iff type is CronJob': {
      'a CronJob without a schedule': workload({ type: 'CronJob' }),
      'a Job with a schedule': workload({ type: 'Job', cron: daily }),
      'a Service with a schedule': workload({ type: 'Service', cron: daily }),
    },
    'spec.workload.job belongs to the types Job and CronJob': {
      'a Service with the limits of a job': workload({ type: 'Service', job: {} }),
    },
  },
);

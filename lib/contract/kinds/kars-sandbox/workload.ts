import * as z from 'zod';
import { has, withRules } from '../../rule.ts';

const MOST_SECONDS = 2_147_483_647;

const seconds = (least: number): z.ZodNumber => z.int().min(least).max(MOST_SECONDS);

/** Five fields, or a name; a time zone inside the text is refused by CronJobs. */
const SCHEDULE =
  /^(@(yearly|annually|monthly|weekly|daily|midnight|hourly)|[0-9A-Za-z*/,?-]+( [0-9A-Za-z*/,?-]+){4})$/;

/** `spec.workload`: whether the agent runs all the time, once, or by a schedule. */
export const workload = withRules(
  z.strictObject({
    type: z
      .enum(['Service', 'Job', 'CronJob'])
      .describe('Service runs all the time, Job once, CronJob at each time of a schedule.'),
    job: z
      .strictObject({
        backoffLimit: z
          .int()
          .min(0)
          .max(100)
          .optional()
          .describe('How often a failed pod is followed by another, 0 when absent.'),
        activeDeadlineSeconds: seconds(1)
          .optional()
          .describe('Longest time that the job runs; it is ended and failed then.'),
        ttlSecondsAfterFinished: seconds(0)
          .optional()
          .describe('When the ended job is deleted; never when absent.'),
      })
      .optional()
      .describe('How one run goes; for Job and CronJob.'),
    cron: z
      .strictObject({
        schedule: z.string().max(128).regex(SCHEDULE).describe('When it runs, in cron syntax.'),
        timeZone: z
          .string()
          .max(64)
          .regex(/^[A-Za-z0-9_+-]+(\/[A-Za-z0-9_+-]+)*$/)
          .optional()
          .describe('Time zone of the schedule, Etc/UTC when absent.'),
        startingDeadlineSeconds: seconds(10)
          .optional()
          .describe('How late a missed run may still start; however late when absent.'),
      })
      .optional()
      .describe('When it runs; for CronJob.'),
  }),
  [
    {
      cel: "(self.type == 'CronJob') == has(self.cron)",
      message: 'spec.workload.cron must be set iff type is CronJob',
      holds: ({ type, cron }) => (type === 'CronJob') === has(cron),
    },
    {
      cel: "self.type != 'Service' || !has(self.job)",
      message: 'spec.workload.job belongs to the types Job and CronJob',
      holds: ({ type, job }) => type !== 'Service' || !has(job),
    },
  ],
);

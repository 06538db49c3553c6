import type { Cron, Duration } from 'cdk8s';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';

type Spec = NonNullable<KarsSandboxSpec['workload']>;

/** Props of {@link SandboxWorkload.job}. */
export interface JobWorkloadProps {
  /**
   * How often a failed pod is followed by another; each does from the start what the agent does.
   *
   * @default 0
   */
  readonly backoffLimit?: number;
  /**
   * Longest time that the job runs; it is ended and failed then.
   *
   * @default it runs as long as it takes
   */
  readonly activeDeadline?: Duration;
  /**
   * When the ended job is deleted. GitOps tools make it again then, and so run it again.
   *
   * @default never
   */
  readonly ttlAfterFinished?: Duration;
}

/** Props of {@link SandboxWorkload.cron}. */
export interface CronWorkloadProps extends JobWorkloadProps {
  /** When it runs. */
  readonly schedule: Cron;
  /**
   * Time zone of the schedule, by its name in the IANA data base.
   *
   * @default 'Etc/UTC'
   */
  readonly timeZone?: string;
  /**
   * How late a missed run may still start, at least ten seconds.
   *
   * @default however late
   */
  readonly startingDeadline?: Duration;
}

/** Whether an agent runs all the time, once, or by a schedule. */
export class SandboxWorkload {
  /** All the time: an agent that ends is started again. */
  static service(): SandboxWorkload {
    return new SandboxWorkload({ type: 'Service' });
  }

  /** Once: the sidecars end with the agent, and its exit code decides whether the job is complete. */
  static job(props: JobWorkloadProps = {}): SandboxWorkload {
    return new SandboxWorkload({ type: 'Job', ...jobBlock(props) });
  }

  /** At each time of a schedule; a run that is due while another still goes on is left out. */
  static cron({
    schedule,
    timeZone,
    startingDeadline,
    ...job
  }: CronWorkloadProps): SandboxWorkload {
    return new SandboxWorkload({
      type: 'CronJob',
      ...jobBlock(job),
      cron: {
        schedule: schedule.expressionString,
        ...(timeZone === undefined ? {} : { timeZone }),
        ...(startingDeadline === undefined
          ? {}
          : { startingDeadlineSeconds: startingDeadline.toSeconds() }),
      },
    });
  }

  /** The workload block of the custom resource. */
  readonly spec: Spec;

  private constructor(spec: Spec) {
    this.spec = spec;
  }

  /** Everything that a sandbox refuses about this workload. */
  validate(): Problem[] {
    const timeZone = this.spec.cron?.timeZone;
    return timeZone === undefined || isTimeZone(timeZone)
      ? []
      : [
          problem(
            'KARS_TIME_ZONE',
            'workload.timeZone',
            `got "${timeZone}", supply a name of the IANA data base such as "Europe/Berlin"`,
          ),
        ];
  }
}

function jobBlock({
  backoffLimit,
  activeDeadline,
  ttlAfterFinished,
}: JobWorkloadProps): Pick<Spec, 'job'> {
  const job = {
    ...(backoffLimit === undefined ? {} : { backoffLimit }),
    ...(activeDeadline === undefined ? {} : { activeDeadlineSeconds: activeDeadline.toSeconds() }),
    ...(ttlAfterFinished === undefined
      ? {}
      : { ttlSecondsAfterFinished: ttlAfterFinished.toSeconds() }),
  };
  return Object.keys(job).length === 0 ? {} : { job };
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

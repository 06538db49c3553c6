import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { CronJob, Job, JobSpec } from 'kubernetes-types/batch/v1.js';
import type { PodTemplateSpec } from 'kubernetes-types/core/v1.js';
import type { ObjectMeta } from 'kubernetes-types/meta/v1.js';
import type { AcceptedSandboxSpec, SandboxInput } from './input.ts';
import { podLabels, sandboxLabels, sandboxNamespace } from './names.ts';

/** Time zone of a schedule that names none; without one it is that of the controller. */
const DEFAULT_TIME_ZONE = 'Etc/UTC';

/**
 * What runs the pod of a sandbox. Never two pods at once: they would share one identity, one budget and
 * one audit log.
 */
export function workloadObject(
  { sandbox: { source, spec } }: SandboxInput,
  template: PodTemplateSpec,
): Deployment | Job | CronJob {
  const { name } = source;
  const metadata: ObjectMeta = {
    name,
    namespace: sandboxNamespace(name),
    labels: sandboxLabels(name),
  };
  switch (spec.workload?.type) {
    case undefined:
    case 'Service':
      return deployment(name, metadata, spec, template);
    case 'Job':
      return {
        apiVersion: 'batch/v1',
        kind: 'Job',
        metadata,
        spec: { ...jobSpec(spec, template), suspend: isSuspended(spec) },
      };
    case 'CronJob':
      return cronJob(metadata, spec, template);
  }
}

function deployment(
  name: string,
  metadata: ObjectMeta,
  spec: AcceptedSandboxSpec,
  template: PodTemplateSpec,
): Deployment {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: {
      replicas: isSuspended(spec) ? 0 : 1,
      strategy: { type: 'Recreate' },
      selector: { matchLabels: podLabels(name) },
      template,
    },
  };
}

function cronJob(
  metadata: ObjectMeta,
  spec: AcceptedSandboxSpec,
  template: PodTemplateSpec,
): CronJob {
  const { schedule = '', timeZone, startingDeadlineSeconds } = spec.workload?.cron ?? {};
  return {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata,
    spec: {
      schedule,
      timeZone: timeZone ?? DEFAULT_TIME_ZONE,
      ...(startingDeadlineSeconds === undefined ? {} : { startingDeadlineSeconds }),
      concurrencyPolicy: 'Forbid',
      suspend: isSuspended(spec),
      jobTemplate: { metadata: { labels: metadata.labels ?? {} }, spec: jobSpec(spec, template) },
    },
  };
}

function jobSpec({ workload }: AcceptedSandboxSpec, template: PodTemplateSpec): JobSpec {
  const { backoffLimit = 0, activeDeadlineSeconds, ttlSecondsAfterFinished } = workload?.job ?? {};
  return {
    parallelism: 1,
    completions: 1,
    backoffLimit,
    ...(activeDeadlineSeconds === undefined ? {} : { activeDeadlineSeconds }),
    ...(ttlSecondsAfterFinished === undefined ? {} : { ttlSecondsAfterFinished }),
    // Otherwise the next pod starts while the last one still ends.
    podReplacementPolicy: 'Failed',
    template: {
      ...template,
      // A pod a try: what the agent left in its directories does not reach the next one.
      ...(template.spec === undefined
        ? {}
        : { spec: { ...template.spec, restartPolicy: 'Never' } }),
    },
  };
}

const isSuspended = ({ suspended }: AcceptedSandboxSpec): boolean => suspended === true;

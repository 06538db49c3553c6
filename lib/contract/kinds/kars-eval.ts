import * as z from 'zod';
import { defineKind } from '../kind.ts';
import { ociArtifactRef } from '../primitives.ts';
import { has, hasLength, withRules } from '../rule.ts';
import { reportedCount, reportedRef, reportedText, statusOf } from '../status.ts';

/** Spec of a KarsEval as a manifest carries it. */
export const karsEvalSpec = withRules(
  z.strictObject({
    targetSandboxRef: z
      .strictObject({ name: z.string().describe('Name of a KarsSandbox in the same namespace.') })
      .describe('The sandbox that is tested.'),
    corpus: z
      .strictObject({
        builtin: z.string().nullish().describe('Name of a corpus that comes with kars.'),
        bundleRef: ociArtifactRef().nullish().describe('Signed corpus in a registry.'),
      })
      .describe('The cases that it has to pass.'),
    schedule: z.string().nullish().describe('When it runs, as a cron expression.'),
    failSandboxOnDrift: z
      .boolean()
      .nullish()
      .describe('Whether a failing case degrades the sandbox.'),
    displayName: z.string().nullish().describe('Name for humans.'),
    runnerImage: z.string().nullish().describe('Image that runs the cases.'),
  }),
  [
    {
      cel: 'size(self.targetSandboxRef.name) > 0 && size(self.targetSandboxRef.name) <= 253',
      message: 'spec.targetSandboxRef.name must be 1-253 characters',
      reason: 'FieldValueInvalid',
      holds: ({ targetSandboxRef: { name } }) => hasLength(name, 1, 253),
    },
    {
      cel: 'has(self.corpus.builtin) != has(self.corpus.bundleRef)',
      message: 'spec.corpus must set exactly one of `builtin` or `bundleRef` (mutually exclusive)',
      reason: 'FieldValueInvalid',
      holds: ({ corpus }) => has(corpus.builtin) !== has(corpus.bundleRef),
    },
    {
      cel: '!has(self.corpus.builtin) || (size(self.corpus.builtin) > 0 && size(self.corpus.builtin) <= 253)',
      message: 'spec.corpus.builtin, when set, must be 1-253 characters',
      reason: 'FieldValueInvalid',
      holds: ({ corpus: { builtin } }) => !has(builtin) || hasLength(builtin, 1, 253),
    },
    {
      cel: "!has(self.schedule) || (size(self.schedule) > 0 && size(self.schedule) <= 256 && (size(self.schedule.split(' ')) == 5 || size(self.schedule.split(' ')) == 6))",
      message: 'spec.schedule, when set, must be a 5-or-6-field cron expression (1-256 chars)',
      reason: 'FieldValueInvalid',
      holds: ({ schedule }) =>
        !has(schedule) ||
        (hasLength(schedule, 1, 256) && [5, 6].includes(schedule.split(' ').length)),
    },
    {
      cel: '!has(self.displayName) || (size(self.displayName) > 0 && size(self.displayName) <= 256)',
      message: 'spec.displayName, when set, must be 1-256 characters',
      reason: 'FieldValueInvalid',
      holds: ({ displayName }) => !has(displayName) || hasLength(displayName, 1, 256),
    },
    {
      cel: '!has(self.runnerImage) || (size(self.runnerImage) > 0 && size(self.runnerImage) <= 512)',
      message: 'spec.runnerImage, when set, must be 1-512 characters',
      reason: 'FieldValueInvalid',
      holds: ({ runnerImage }) => !has(runnerImage) || hasLength(runnerImage, 1, 512),
    },
  ],
);

/** Spec of a KarsEval as a manifest carries it. */
export type KarsEvalSpec = z.input<typeof karsEvalSpec>;

const run = {
  corpusDigest: z.string().describe('Digest of the corpus.'),
  jobName: z.string().describe('Name of the Job that ran.'),
  total: reportedCount('How many cases there were.'),
  passed: reportedCount('How many cases passed.'),
  failed: reportedCount('How many cases failed.'),
  errored: reportedCount('How many cases could not be decided.'),
};

/** KarsEval of kars v0.1.x. */
export const karsEval = defineKind({
  kind: 'KarsEval',
  plural: 'karsevals',
  shortName: 'ceval',
  scope: 'Namespaced',
  description: 'A conformance test of a sandbox.',
  spec: karsEvalSpec,
  specRequired: true,
  status: statusOf({
    lastRunAt: reportedText('When the last run ended.'),
    lastResult: z
      .strictObject({
        schemaVersion: z.string().describe('Version of this form.'),
        ...run,
        corpusLabel: z.string().describe('Where the corpus came from.'),
        firstFailingCases: z
          .array(z.string())
          .optional()
          .describe('Ids of the first cases that failed.'),
      })
      .nullish()
      .describe('What the last run found.'),
    history: z
      .array(z.strictObject({ at: z.string().describe('When the run ended.'), ...run }))
      .optional()
      .describe('Earlier runs, the newest first.'),
    corpusConfigMapRef: reportedRef('ConfigMap with the corpus.'),
    corpusDigest: reportedText('Digest of the corpus.'),
    cronJobName: reportedText('Name of the CronJob that starts the runs.'),
  }),
  columns: [
    { name: 'Sandbox', type: 'string', jsonPath: '.spec.targetSandboxRef.name' },
    { name: 'Schedule', type: 'string', jsonPath: '.spec.schedule' },
    { name: 'Phase', type: 'string', jsonPath: '.status.phase' },
    { name: 'LastRun', type: 'date', jsonPath: '.status.lastRunAt' },
    { name: 'Passed', type: 'integer', jsonPath: '.status.lastResult.passed' },
    { name: 'Failed', type: 'integer', jsonPath: '.status.lastResult.failed' },
  ],
});

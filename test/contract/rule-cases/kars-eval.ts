import { bundleRef, casesOf, each, long } from './rule-case.ts';

const evaluation = (changes: object): object => ({
  targetSandboxRef: { name: 'reader' },
  corpus: { builtin: 'banned-tools' },
  ...changes,
});
const target = (name: string): object => evaluation({ targetSandboxRef: { name } });
const corpus = (members: object): object => evaluation({ corpus: members });
const builtin = (name: string): object => corpus({ builtin: name });
const schedule = (text: string | null): object => evaluation({ schedule: text });
const displayName = (text: string | null): object => evaluation({ displayName: text });
const runnerImage = (text: string | null): object => evaluation({ runnerImage: text });

/** Cases for the rules of a KarsEval. */
export const karsEvalCases = casesOf(
  'KarsEval',
  {
    'a target of 253': target(long(253)),
    'a corpus of 253': builtin(long(253)),
    'a corpus in a bundle': corpus({ bundleRef }),
    'a corpus in a bundle, and null': corpus({ bundleRef, builtin: null }),
    'a corpus of ours, and null': corpus({ builtin: 'banned-tools', bundleRef: null }),
    ...each(
      ['0 6 * * *', '0 0 6 * * *', '0  6 * * *', `${long(248)} * * * *`, null],
      'schedule',
      schedule,
    ),
    ...each([long(1), long(256), null], 'a display name', displayName),
    ...each([long(1), long(512), null], 'an image', runnerImage),
  },
  {
    'spec.targetSandboxRef.name must be 1-253 characters': each(['', long(254)], 'target', target),
    'spec.corpus must set exactly one of `builtin` or `bundleRef` (mutually exclusive)': {
      'no corpus': corpus({}),
      'null for each corpus': corpus({ builtin: null, bundleRef: null }),
      'two corpora': corpus({ builtin: 'banned-tools', bundleRef }),
    },
    'spec.corpus.builtin, when set, must be 1-253 characters': each(
      ['', long(254)],
      'corpus',
      builtin,
    ),
    'spec.schedule, when set, must be a 5-or-6-field cron expression (1-256 chars)': each(
      ['', 'daily', '* * * *', '* * * * * * *', '*\t*\t*\t*\t*', `${long(249)} * * * *`],
      'schedule',
      schedule,
    ),
    'spec.displayName, when set, must be 1-256 characters': each(
      ['', long(257)],
      'name',
      displayName,
    ),
    'spec.runnerImage, when set, must be 1-512 characters': each(
      ['', long(513)],
      'image',
      runnerImage,
    ),
  },
);

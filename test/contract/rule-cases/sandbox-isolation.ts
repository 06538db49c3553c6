import { casesOf } from './rule-case.ts';

const isolated = (sandbox: object): object => ({
  runtime: {
    kind: 'BYO',
    byo: { image: 'registry.example.com/agent:1', contractVersion: 'v1' },
  },
  sandbox,
  inferenceRef: { name: 'models' },
});

/** Cases for the rules of the isolation levels. */
export const sandboxIsolationCases = casesOf(
  'KarsSandbox',
  {
    'a confidential sandbox in a class of its own': isolated({
      isolation: 'confidential',
      runtimeClassName: 'kata',
    }),
    'users that are none of the node': isolated({ isolation: 'standard', hostUsers: false }),
    'users of the node in a confidential sandbox': isolated({
      isolation: 'confidential',
      hostUsers: true,
    }),
  },
  {
    'spec.sandbox.runtimeClassName needs isolation=confidential; the other levels run in the runtime of the node':
      {
        'a class for the level that is the default': isolated({ runtimeClassName: 'kata' }),
        'a class for standard': isolated({ isolation: 'standard', runtimeClassName: 'kata' }),
      },
    'spec.sandbox.hostUsers=false needs isolation=standard or enhanced; a confidential sandbox has a kernel of its own':
      {
        'users that are none of the node, in a confidential sandbox': isolated({
          isolation: 'confidential',
          hostUsers: false,
        }),
      },
  },
);

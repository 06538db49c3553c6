import type { Enforcement } from './enforcement.ts';

const governed = (prop: string): Enforcement => ({
  by: 'router',
  prop,
  where: 'runtime/governance/tool-policy-engine.ts',
  test: 'test/runtime/router/tools/governance.test.ts',
});

/** Fields of a ToolPolicy that something acts on. */
export const toolPolicyFields: Readonly<Record<string, Enforcement>> = {
  'appliesTo.tool': {
    by: 'router',
    where: 'lib/contract/kinds/tool-policy.ts',
    test: 'test/contract/compile-tool-policy.test.ts',
  },
  allowedTools: {
    by: 'router',
    prop: 'allowedTools',
    where: 'runtime/router/tools/tool-judge.ts',
    test: 'test/runtime/router/tools/tool-calls.test.ts',
  },
  'rateLimit.rps': governed('rateLimit'),
  'rateLimit.burst': governed('rateLimit'),
  'rateLimit.window': governed('rateLimit'),
  'approval.mode': governed('approval'),
  'agtProfile.inline': governed('profile'),
};

import type { PolicyProfile, ToolPolicyPayload } from 'kars-constructs/contract';
import { INFERENCE_ACTIONS } from './action.ts';
import { NativeEngine } from './native-engine.ts';
import type { PolicyDecisionProvider, PolicyQuestion, Verdict } from './provider.ts';
import type { RateWindows } from './rate-windows.ts';
import { readProfiles } from './read-profile.ts';

/** Makes an engine of profiles. */
export type MakeEngine = (
  options: ConstructorParameters<typeof NativeEngine>[0],
) => PolicyDecisionProvider;

/** Above every priority that a profile can have. */
const FIRST = 1_000_001;

/** Tools that the agent runs, and what the provider does by its own. */
const TOOLS = ['tool:*', 'provider:*'];

/** What a policy without a profile leaves to its list of tools, and to the policy of models. */
const NO_PROFILE: PolicyProfile = {
  version: '1.0',
  policies: [
    { name: 'all', type: 'capability', allowed_actions: [...INFERENCE_ACTIONS, ...TOOLS] },
  ],
};

/**
 * Decides by a ToolPolicy: its list of tools, then its approval and its profile, then its bounds. A profile that
 * cannot be read allows nothing.
 *
 * @param rule a field of the policy, as rules of decisions name it
 */
export function toolPolicyEngine(
  policy: ToolPolicyPayload | undefined,
  rule: (field: string) => string,
  windows: RateWindows,
  make: MakeEngine = (options) => new NativeEngine(options),
): PolicyDecisionProvider {
  const { allowedTools = [], profile, approval, rateBounds = [] } = policy ?? {};
  const read = profile === undefined ? undefined : readProfiles(profile);
  if (read?.ok === false) return refusing(rule('agtProfile'), read.problems[0]?.message ?? '');
  const profiles = (read?.value ?? [NO_PROFILE]).map((one) => ({
    ...one,
    agent: `${rule('agtProfile')}${one.agent === undefined ? '' : ` ${one.agent}`}`,
  }));
  const engine = make({
    profiles: approval === undefined ? profiles : [...profiles, approvalOfAll(rule('approval'))],
    bounds: rateBounds.map((bound) => ({ ...bound, rule: rule('rateLimit'), actions: TOOLS })),
    windows,
  });
  const listed = new Set(allowedTools);
  return {
    name: engine.name,
    decide: (question) =>
      isListed(question, listed)
        ? engine.decide(question)
        : { kind: 'deny', rule: rule('allowedTools'), reason: 'the policy does not list the tool' },
  };
}

const approvalOfAll = (agent: string): PolicyProfile => ({
  version: '1.0',
  agent,
  policies: [{ name: 'always', type: 'approval', actions: TOOLS, priority: FIRST }],
});

const OF_TOOL = /^tool(\.invoke)?:/i;

/** Whether an action is of no tool, or of one in the list; behind the name of a tool there may be what it is for. */
function isListed({ action }: PolicyQuestion, listed: ReadonlySet<string>): boolean {
  if (!OF_TOOL.test(action) || listed.has('*')) return true;
  const name = action.replace(OF_TOOL, '');
  return listed.has(name) || listed.has(name.split(':', 1)[0] ?? '');
}

const refusing = (rule: string, message: string): PolicyDecisionProvider => ({
  name: 'native',
  decide: (): Verdict => ({ kind: 'deny', rule, reason: `the profile cannot be read: ${message}` }),
});

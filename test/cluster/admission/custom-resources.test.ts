import { beforeAll, describe, expect, it } from 'vitest';
import type { AdmissionProps, KarsSandboxProps } from 'kars-constructs';
import { synthesized } from '../../support/pod.ts';
import type { ApplicableObject } from '../client.ts';
import { refusalOf, useFloor } from './use-floor.ts';

/** The custom resource of one kind of the sandbox `reader`. */
function resourceOf(kind: string, props: Partial<KarsSandboxProps> = {}): ApplicableObject {
  const [found] = synthesized(props).ofKind(kind);
  if (found === undefined) throw new Error(`there is no ${kind}`);
  return found;
}

const changed = (kind: string, change: (spec: never) => void): ApplicableObject => {
  const object = structuredClone(resourceOf(kind)) as ApplicableObject & { spec: never };
  change(object.spec);
  return object;
};

const useAgents = (admission: Partial<AdmissionProps> = {}) => {
  const floor = useFloor(admission);
  beforeAll(async () => {
    await floor.deploy([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } }]);
  });
  const answer = async (object: ApplicableObject): Promise<string> =>
    refusalOf(await floor.tries('tenant', object));
  return { floor, answer };
};

interface Sandbox {
  sandbox: { isolation?: string };
  runtime: { byo: { image: string } };
  networkPolicy?: { egressMode?: string; learn?: { until: string } };
}

const sandboxes: [string, string, (spec: Sandbox) => void][] = [
  ['less isolation', 'KARS_SANDBOX_ISOLATION', ({ sandbox }) => (sandbox.isolation = 'standard')],
  [
    'a mode that only learns',
    'KARS_SANDBOX_EGRESS_MODE',
    (spec) => (spec.networkPolicy = { egressMode: 'Learn' }),
  ],
  [
    'a time to learn in',
    'KARS_SANDBOX_EGRESS_MODE',
    (spec) => (spec.networkPolicy = { learn: { until: '2026-01-31T09:00:00Z' } }),
  ],
  [
    'an image from elsewhere',
    'KARS_SANDBOX_REGISTRY',
    ({ runtime }) => (runtime.byo.image = 'docker.io/agent:1'),
  ],
];

describe('the floor of custom resources', () => {
  const { floor, answer } = useAgents();

  it('takes what constructs write', async () => {
    for (const kind of ['KarsSandbox', 'InferencePolicy']) {
      expect(await answer(resourceOf(kind))).toBe('allowed');
    }
    expect(await answer(resourceOf('KarsSandbox', { isolation: 'confidential' }))).toBe('allowed');
  });

  it('takes the isolation that absence means', async () => {
    const absent = changed('KarsSandbox', ({ sandbox }: Sandbox) => delete sandbox.isolation);
    expect(await answer(absent)).toBe('allowed');
  });

  it.each(sandboxes)('refuses a sandbox with %s', async (_what, code, change) => {
    expect(await answer(changed('KarsSandbox', change))).toBe(code);
  });

  it.each(['system', 'node-profiles', 'sre'])('refuses a sandbox of the name %s', async (name) => {
    const { metadata, ...rest } = resourceOf('KarsSandbox');
    expect(await answer({ ...rest, metadata: { ...metadata, name } })).toBe(
      'KARS_SANDBOX_RESERVED',
    );
  });

  describe('without the policies (negative control)', () => {
    beforeAll(() => floor.lift());

    it.each(sandboxes)('takes a sandbox with %s', async (_what, _code, change) => {
      expect(await answer(changed('KarsSandbox', change))).toBe('allowed');
    });
  });
});

describe('a floor that is lower', () => {
  const { answer } = useAgents({ lowestIsolation: 'standard', loosestEgressMode: 'Learn' });

  it.each(sandboxes.slice(0, 3))('takes a sandbox with %s', async (_what, _code, change) => {
    expect(await answer(changed('KarsSandbox', change))).toBe('allowed');
  });
});

describe('a floor that is higher', () => {
  const { answer } = useAgents({
    lowestIsolation: 'confidential',
    contentSafety: { hate: 'Low', violence: 'Medium' },
    maxTokensPerRequest: 1000,
  });

  interface Policy {
    contentSafety?: Record<string, string | null> | null;
    tokenBudget?: { perRequestTokens?: number | null };
  }
  const within = (spec: Policy): void => {
    spec.contentSafety = { hate: 'Safe', violence: 'Medium' };
    spec.tokenBudget = { perRequestTokens: 1000 };
  };

  it('refuses the isolation that is enough elsewhere', async () => {
    expect(await answer(resourceOf('KarsSandbox'))).toBe('KARS_SANDBOX_ISOLATION');
  });

  it('takes a policy within it', async () => {
    expect(await answer(changed('InferencePolicy', within))).toBe('allowed');
  });

  it.each<[string, string, (spec: Policy) => void]>([
    ['no content safety', 'KARS_POLICY_CONTENT_SAFETY', (spec) => delete spec.contentSafety],
    [
      'content safety that is null',
      'KARS_POLICY_CONTENT_SAFETY',
      (spec) => (spec.contentSafety = null),
    ],
    [
      'a category less',
      'KARS_POLICY_CONTENT_SAFETY',
      (spec) => (spec.contentSafety = { hate: 'Low' }),
    ],
    [
      'a category that is null',
      'KARS_POLICY_CONTENT_SAFETY',
      (spec) => (spec.contentSafety = { hate: 'Low', violence: null }),
    ],
    [
      'more content',
      'KARS_POLICY_CONTENT_SAFETY',
      (spec) => (spec.contentSafety = { hate: 'Medium', violence: 'Medium' }),
    ],
    [
      'content that is only looked at',
      'KARS_POLICY_CONTENT_SAFETY',
      (spec) => (spec.contentSafety = { hate: 'Low', violence: 'Medium', streaming: 'Audit' }),
    ],
    [
      'any content',
      'KARS_POLICY_CONTENT_SAFETY',
      (spec) => (spec.contentSafety = { hate: 'Low', violence: 'High' }),
    ],
    [
      'more tokens',
      'KARS_POLICY_TOKENS',
      (spec) => (spec.tokenBudget = { perRequestTokens: 1001 }),
    ],
    ['any number of tokens', 'KARS_POLICY_TOKENS', (spec) => delete spec.tokenBudget],
    [
      'no number of tokens',
      'KARS_POLICY_TOKENS',
      (spec) => (spec.tokenBudget = { perRequestTokens: null }),
    ],
  ])('refuses a policy with %s', async (_what, code, change) => {
    const policy = changed('InferencePolicy', (spec: Policy) => {
      within(spec);
      change(spec);
    });
    expect(await answer(policy)).toBe(code);
  });
});

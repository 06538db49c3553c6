import type { App } from 'cdk8s';
import { describe, expect, it } from 'vitest';
import {
  AgentRuntime,
  AllowlistSigners,
  KarsImages,
  KarsPlatform,
  ModelProvider,
  Subject,
  type AdmissionProps,
  type InferencePolicyProps,
  type KarsSandboxProps,
} from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { admissionProps } from '../../support/admission.ts';
import { containerOf } from '../../support/pod.ts';
import { newSigner, signedEgress } from '../../support/signing.ts';
import { agentsChart, inferencePolicyIn, sandboxIn, synthProblems } from '../../support/sandbox.ts';

interface Change {
  readonly admission?: Partial<AdmissionProps>;
  readonly policy?: Partial<InferencePolicyProps>;
  readonly sandbox?: Partial<KarsSandboxProps>;
}

/** A platform and a sandbox on it. */
const build =
  ({ admission = {}, policy = {}, sandbox = {} }: Change) =>
  (app: App): void => {
    new KarsPlatform(app, 'platform', {
      images: KarsImages.local(),
      admission: { ...admissionProps, ...admission },
    });
    const chart = agentsChart(app);
    sandboxIn(chart, { inferencePolicy: inferencePolicyIn(chart, policy), ...sandbox });
  };

const annotating = ModelProvider.openAiCompatible({
  name: 'local',
  endpoint: 'https://models.example.com/v1',
  contentFilter: 'azure',
});

describe('the floor of a platform', () => {
  it.each<[string, string, Change]>([
    ['isolation', 'isolation', { sandbox: { isolation: 'standard' } }],
    [
      'isolation that the platform raises',
      'isolation',
      { admission: { lowestIsolation: 'confidential' } },
    ],
    [
      'an image from elsewhere',
      'agent.image',
      { sandbox: { agent: AgentRuntime.container({ image: 'docker.io/a:1', command: ['/a'] }) } },
    ],
    [
      'more tokens',
      'inferencePolicy.maxTokensPerRequest',
      { admission: { maxTokensPerRequest: 100 }, policy: { maxTokensPerRequest: 101 } },
    ],
    [
      'any number of tokens',
      'inferencePolicy.maxTokensPerRequest',
      { admission: { maxTokensPerRequest: 100 } },
    ],
    [
      'no content safety',
      'inferencePolicy.contentSafety.hate',
      { admission: { contentSafety: { hate: 'Low' } } },
    ],
    [
      'more content',
      'inferencePolicy.contentSafety.hate',
      {
        admission: { contentSafety: { hate: 'Low' } },
        policy: { contentSafety: { hate: 'Medium' }, provider: annotating },
      },
    ],
    [
      'content that is only looked at',
      'inferencePolicy.contentSafety.streaming',
      {
        admission: { contentSafety: { hate: 'Low' } },
        policy: { contentSafety: { hate: 'Safe', streaming: 'Audit' }, provider: annotating },
      },
    ],
  ])('refuses a sandbox with %s at synth', (_what, path, change) => {
    expect(synthProblems(build(change))).toContain(`[KARS_BELOW_FLOOR] ${path}`);
  });

  it('takes what is at it', () => {
    const change: Change = {
      admission: { maxTokensPerRequest: 100, lowestIsolation: 'standard' },
      policy: { maxTokensPerRequest: 100 },
      sandbox: { isolation: 'standard' },
    };
    expect(synthProblems(build(change))).toBe('');
  });

  it('is an argument of the router', () => {
    const change = {
      admission: { maxTokensPerRequest: 100 },
      policy: { maxTokensPerRequest: 50 },
    };
    const { args } = containerOf(synthesize(build(change)), 'router');
    expect(args).toContain('--token-ceiling=100');
    expect(containerOf(synthesize(build({})), 'router').args?.join()).not.toContain('ceiling');
  });
});

describe('a floor of content', () => {
  it('is an argument of the router, and in the policy that keeps it', () => {
    const app = synthesize(
      build({
        admission: { contentSafety: { hate: 'Low', violence: 'High' } },
        policy: { contentSafety: { hate: 'Safe', violence: 'High' }, provider: annotating },
      }),
    );
    expect(containerOf(app, 'router').args).toContain('--content-floor=hate:Low,violence:High');
    const document = JSON.stringify(app.find('ConfigMap', 'kars-documents-inference-policy'));
    expect(document).toContain('contentSafety');
  });

  it('is refused where a provider says nothing of content', () => {
    expect(synthProblems(build({ policy: { contentSafety: { hate: 'Safe' } } }))).toContain(
      '[KARS_SAFETY_SOURCE]',
    );
  });
});

describe('operators', () => {
  const bindings = (operators: readonly Subject[]) =>
    synthesize(build({ admission: { operators } })).ofKind('RoleBinding');

  it('read the logs of a sandbox, each by the form that RBAC knows', () => {
    const operators = [
      Subject.group('operators'),
      Subject.user('ada'),
      Subject.serviceAccount('ops', 'bot'),
    ];
    const apiGroup = 'rbac.authorization.k8s.io';
    expect(bindings(operators)).toMatchObject([
      {
        metadata: { name: 'kars-operators', namespace: 'kars-reader' },
        roleRef: { kind: 'ClusterRole', name: 'kars:operators' },
        subjects: [
          { apiGroup, kind: 'Group', name: 'operators' },
          { apiGroup, kind: 'User', name: 'ada' },
          { kind: 'ServiceAccount', namespace: 'ops', name: 'bot' },
        ],
      },
      {
        metadata: { name: 'kars-egress-approvers-reader', namespace: 'agents' },
        roleRef: { kind: 'ClusterRole', name: 'kars:egress-approvers' },
      },
    ]);
  });

  it('are nobody unless somebody is named', () => {
    expect(bindings([])).toEqual([]);
    const app = synthesize(build({ admission: { operators: [] } }));
    expect(app.ofKind('ClusterRole')).toEqual([]);
  });
});

describe('a platform that names who signs allow-lists', () => {
  const [author, stranger] = [newSigner(), newSigner()];
  const signers = ({ pem }: typeof author): AllowlistSigners =>
    AllowlistSigners.of({ keys: [pem] });
  const admission = { allowlistSigners: [signers(newSigner()), signers(author)] };
  const problemsWith = (sandbox: Partial<KarsSandboxProps>): string =>
    synthProblems(build({ admission, sandbox }));

  it('takes a sandbox with one of them', () => {
    expect(problemsWith({ signedEgress: signedEgress(author) })).toBe('');
  });

  it('refuses one that others sign for, or nobody', () => {
    const refusal = '[KARS_BELOW_FLOOR] signedEgress: got';
    expect(problemsWith({ signedEgress: signedEgress(stranger) })).toContain(
      `${refusal} other signers`,
    );
    expect(problemsWith({})).toContain(`${refusal} a list that nobody signs`);
  });

  it('is refused itself with signers that are none', () => {
    const none = { allowlistSigners: [AllowlistSigners.of({})] };
    expect(synthProblems(build({ admission: none }))).toContain(
      '[KARS_SIGNERS_INVALID] admission.allowlistSigners[0]',
    );
  });
});

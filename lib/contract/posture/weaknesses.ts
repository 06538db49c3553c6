import { contentSafetyOf } from '../kinds/content-safety.ts';
import { inferencePolicy } from '../kinds/inference-policy.ts';
import { egressEntryOf } from '../kinds/kars-sandbox/egress-allowlist.ts';
import { formatEntry, type EgressEntry } from '../kinds/kars-sandbox/egress-entry.ts';
import { compileLearn, type EgressLearn } from '../kinds/kars-sandbox/egress-learn.ts';
import { conflictingPort, type EgressProtocol } from '../kinds/kars-sandbox/egress-protocol.ts';
import { suffixOf } from '../names.ts';
import { actsWithUrls, providerActs } from '../provider-acts.ts';
import { karsSandbox } from '../kinds/kars-sandbox/index.ts';
import { toolPolicy } from '../kinds/tool-policy.ts';
import type { PostureInput } from './posture-input.ts';
import type { PromiseId } from './promises.ts';
import { unenforcedFields } from './unenforced.ts';

/** One thing that a sandbox says and that weakens a promise. */
export interface Weakness {
  readonly promise: PromiseId;
  /** The field that says it: kind and path. */
  readonly field: string;
  readonly what: string;
}

/** Everything that a sandbox and its policies say and that weakens a promise, in the order of the fields. */
export function weaknessesOf(input: PostureInput): Weakness[] {
  return [
    ...secretWeaknesses(input),
    ...hardeningWeaknesses(input),
    ...workspaceWeaknesses(input),
    ...egressWeaknesses(input),
    ...inboundWeaknesses(input),
    ...stateWeaknesses(input),
    ...modelWeaknesses(input),
    ...contentWeaknesses(input),
    ...actWeaknesses(input),
    ...silentFields(input),
  ];
}

function secretWeaknesses({ sandbox: { secrets = [] } }: PostureInput): Weakness[] {
  return secrets.map(({ secretRef, env, file }, index) => ({
    promise: 'P1',
    field: `KarsSandbox secrets[${index}]`,
    what: `whoever hijacks the agent has ${secretRef.key} of Secret ${secretRef.name}, in ${env ?? file ?? ''}`,
  }));
}

function workspaceWeaknesses({ sandbox: { workspace } }: PostureInput): Weakness[] {
  const field = 'KarsSandbox workspace.mode';
  switch (workspace?.mode) {
    case 'Existing':
      return [
        {
          promise: 'P2',
          field,
          what: `whoever else mounts the claim ${workspace.claimName ?? ''} exchanges files with the agent`,
        },
      ];
    case 'Persistent':
      return [
        {
          promise: 'depth',
          field,
          what: 'Persistent: what a hijacked run leaves in /sandbox, the next run finds',
        },
      ];
    default:
      return [];
  }
}

function hardeningWeaknesses({ sandbox: { sandbox } }: PostureInput): Weakness[] {
  const { isolation, seccompProfile } = sandbox;
  const weaknesses: readonly [boolean, string, string][] = [
    [
      isolation === 'standard',
      'isolation',
      'standard: on a kernel without Landlock the agent starts without rules about files',
    ],
    [
      seccompProfile === 'RuntimeDefault',
      'seccompProfile',
      'RuntimeDefault: the kernel serves the sidecars calls that kars-strict refuses; the agent keeps the filter of its launcher',
    ],
  ];
  return weaknesses
    .filter(([says]) => says)
    .map(([, field, what]) => ({ promise: 'depth', field: `KarsSandbox sandbox.${field}`, what }));
}

function egressWeaknesses({ sandbox }: PostureInput): Weakness[] {
  const { allowedEndpoints = [], encryptedHello } = sandbox.networkPolicy ?? {};
  const outer: Weakness = {
    promise: 'P3',
    field: 'KarsSandbox networkPolicy.encryptedHello',
    what: 'Outer: behind the name that is seen a ClientHello may ask for another one',
  };
  const ofEntries = allowedEndpoints.flatMap((endpoint, index): Weakness[] => {
    const entry = egressEntryOf(endpoint);
    const field = `KarsSandbox networkPolicy.allowedEndpoints[${index}]`;
    return entryWeaknesses(entry).map((why) => ({
      promise: 'P3',
      field,
      what: `${formatEntry(entry)} ${why}`,
    }));
  });
  return [
    ...(encryptedHello === 'Outer' ? [outer] : []),
    ...learnWeaknesses(sandbox.networkPolicy?.learn),
    ...parentWeaknesses(sandbox.parentProxy?.url),
    ...ofEntries,
  ];
}

function learnWeaknesses(learn: EgressLearn | undefined): Weakness[] {
  if (learn === undefined) return [];
  const { until, ports } = compileLearn(learn);
  const what = `every public host is reached on port ${ports.join(', ')} until ${until}`;
  return [{ promise: 'P3', field: 'KarsSandbox networkPolicy.learn', what }];
}

function parentWeaknesses(url: string | undefined): Weakness[] {
  if (url === undefined) return [];
  const what = `${url} resolves the names: a host that is named leads to whatever address this proxy reaches, and none is checked`;
  return [{ promise: 'P3', field: 'KarsSandbox parentProxy', what }];
}

function entryWeaknesses(entry: EgressEntry): string[] {
  if ('cidr' in entry) return ['names no host: whatever has an address of the range is reached'];
  const isEverywhere = (protocol: EgressProtocol): boolean =>
    conflictingPort(entry, { ...entry, protocol }) === undefined;
  return [
    ...(suffixOf(entry.host) === undefined
      ? []
      : ['is every host below the suffix: a name of it can carry data to whoever serves the zone']),
    ...(isEverywhere('tls')
      ? []
      : isEverywhere('http')
        ? ['is plain HTTP: whoever is on the way reads and changes it']
        : ['carries any protocol, encrypted or not']),
  ];
}

function inboundWeaknesses({ sandbox: { inbound = [] } }: PostureInput): Weakness[] {
  return inbound.map(({ namespace, podLabels, port }, index) => ({
    promise: 'P2',
    field: `KarsSandbox inbound[${index}]`,
    what: `${podLabels === undefined ? 'every pod' : 'some pods'} of ${namespace} may connect to port ${port}, and the agent answers what it likes`,
  }));
}

function stateWeaknesses({ sandbox }: PostureInput): Weakness[] {
  if (sandbox.state?.mode !== 'Ephemeral') return [];
  return (['P5', 'P8'] as const).map((promise) => ({
    promise,
    field: 'KarsSandbox state.mode',
    what: 'Ephemeral: an eviction, which the agent can force, loses what the sidecars wrote',
  }));
}

function modelWeaknesses({
  inferencePolicy: { providers = [], tokenBudget },
}: PostureInput): Weakness[] {
  const limit = tokenBudget?.perRequestTokens ?? undefined;
  const windows = [tokenBudget?.hourlyTokens, tokenBudget?.dailyTokens, tokenBudget?.monthlyTokens];
  return [
    ...providers.flatMap(({ name, endpoint }, index): Weakness[] =>
      URL.canParse(endpoint) && new URL(endpoint).protocol === 'http:'
        ? [
            {
              promise: 'P3',
              field: `InferencePolicy providers[${index}].endpoint`,
              what: `${name} is reached by plain HTTP: whoever is on the way reads and changes it`,
            },
          ]
        : [],
    ),
    ...providers.flatMap(({ name, managedIdentity }, index): Weakness[] =>
      managedIdentity === undefined
        ? []
        : [
            {
              promise: 'P1',
              field: `InferencePolicy providers[${index}].managedIdentity`,
              what: `${name}: the metadata service of the node is open to the pod, and gives every identity of the node to whatever reaches it; the packet rules alone keep the agent from it`,
            },
          ],
    ),
    ...(limit === undefined
      ? ([
          {
            promise: 'P5',
            field: 'InferencePolicy tokenBudget.perRequestTokens',
            what: 'absent: a request may ask for any number of output tokens',
          },
        ] as const)
      : []),
    ...((tokenBudget?.uncountedInputTokens ?? undefined) === undefined
      ? []
      : ([
          {
            promise: 'P5',
            field: 'InferencePolicy tokenBudget.uncountedInputTokens',
            what: 'requests whose input nobody can count, each of those at once, may use more than what is left; the next one is refused',
          },
        ] as const)),
    ...(windows.every((window) => (window ?? undefined) === undefined)
      ? ([
          {
            promise: 'P5',
            field: 'InferencePolicy tokenBudget',
            what: 'no hour, day or month has a limit: requests after requests use any number of tokens',
          },
        ] as const)
      : []),
  ];
}

function contentWeaknesses({ inferencePolicy: { contentSafety } }: PostureInput): Weakness[] {
  const says: Readonly<Record<string, string>> = {
    Audit: 'all content passes, and the audit log says what it is',
    Window: 'what comes before content that is refused has been seen',
  };
  const streaming = contentSafetyOf(contentSafety).contentSafety?.streaming;
  if (streaming === undefined) return [];
  const what = `${streaming}: ${says[streaming] ?? ''}`;
  return [{ promise: 'P6', field: 'InferencePolicy contentSafety.streaming', what }];
}

function actWeaknesses({ inferencePolicy: { providerReach = [] } }: PostureInput): Weakness[] {
  return providerReach.map((act) => ({
    promise: 'P3',
    field: 'InferencePolicy providerReach',
    what: `${act}: the provider ${providerActs[act]}, ${
      actsWithUrls.includes(act)
        ? 'where the egress of the sandbox names the host; where that sends it on to is not seen'
        : 'which no proxy of the sandbox sees'
    }`,
  }));
}

function silentFields(input: PostureInput): Weakness[] {
  const specs = [
    [karsSandbox, input.sandbox],
    [inferencePolicy, input.inferencePolicy],
    [toolPolicy, input.toolPolicy],
  ] as const;
  return specs.flatMap(([definition, spec]) =>
    unenforcedFields(definition, spec).map((path): Weakness => ({
      promise: 'P10',
      field: `${definition.kind} ${path}`,
      what: 'is recorded, and nothing acts on it in this release',
    })),
  );
}

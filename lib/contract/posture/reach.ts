import { DEFAULT_CEILING } from '../kinds/egress-approval/payload.ts';
import { egressEntryOf } from '../kinds/kars-sandbox/egress-allowlist.ts';
import { compileLearn } from '../kinds/kars-sandbox/egress-learn.ts';
import { formatEntry } from '../kinds/kars-sandbox/egress-entry.ts';
import type { ProviderApi } from '../kinds/model-provider.ts';
import { compileModels, type ModelPayload, type ModelTarget } from '../kinds/model-ref.ts';
import { servedSurfaces, targetApiOf } from '../served-surfaces.ts';
import type { PostureInput } from './posture-input.ts';

/** Everything that an agent may use or be reached by, as its policies say. */
export interface Reach {
  /** `provider/model`, the first one the default; with `as` what requests call it where that is another name, with `else` what takes over, and for what alone where that is less. */
  readonly models: readonly string[];
  /** Tools that it may offer to a model. */
  readonly tools: readonly string[];
  /** What providers may do beside saying something. */
  readonly providerActs: readonly string[];
  /** `host:port`, `*.suffix:port` or `range:port`; a range of ports as `first-last`. */
  readonly egress: readonly string[];
  /** What operators may open for a while. */
  readonly approvals: readonly string[];
  /** Where the allow-list comes from, `repository@digest`; empty where nobody signed it. */
  readonly signedIn: readonly string[];
  /** `namespace -> port` */
  readonly inbound: readonly string[];
  /** `secret/key` */
  readonly secrets: readonly string[];
}

/** What a sandbox opens, in a form that shows a change of policy as a change of lines. */
export function reachOf({ sandbox, inferencePolicy, toolPolicy }: PostureInput): Reach {
  const { primary, fallback = [] } = inferencePolicy.modelPreference ?? {};
  const endpoints = sandbox.networkPolicy?.allowedEndpoints ?? [];
  return {
    models: (primary === undefined ? [] : compileModels(primary, fallback)).map((model) =>
      lineOfModel(model, inferencePolicy.providers ?? []),
    ),
    tools: toolPolicy?.allowedTools ?? [],
    providerActs: inferencePolicy.providerReach ?? [],
    egress: [
      ...endpoints.map((endpoint) => formatEntry(egressEntryOf(endpoint))),
      ...learnedIn(sandbox),
    ],
    approvals: approvalsIn(sandbox),
    signedIn: listsIn(sandbox),
    inbound: (sandbox.inbound ?? []).map(({ namespace, port }) => `${namespace} -> ${port}`),
    secrets: (sandbox.secrets ?? []).map(({ secretRef: { name, key } }) => `${name}/${key}`),
  };
}

/** What says by which API a provider serves. */
type Providers = readonly { readonly name: string; readonly api?: ProviderApi | undefined }[];

function lineOfModel(model: ModelPayload, providers: Providers): string {
  const { provider, deployment, alias, fallbacks = [] } = model;
  const name = alias === undefined ? '' : ` as ${alias}`;
  const served = servedBy(model, providers);
  const others = fallbacks.map((target) => {
    const common = servedBy(target, providers).filter((surface) => served.includes(surface));
    const scope = common.length === served.length ? '' : ` for ${common.join(', ')} alone`;
    return `, else ${target.provider}/${target.deployment}${scope}`;
  });
  return `${provider}/${deployment}${name}${others.join('')}`;
}

const servedBy = (target: ModelTarget, providers: Providers): readonly string[] => {
  const provider = providers.find(({ name }) => name === target.provider) ?? {};
  return servedSurfaces[targetApiOf(provider, target)];
};

function learnedIn({ networkPolicy }: PostureInput['sandbox']): string[] {
  if (networkPolicy?.learn === undefined) return [];
  const { until, ports } = compileLearn(networkPolicy.learn);
  return ports.map((port) => `*:${port} until ${until}`);
}

function approvalsIn({ networkPolicy }: PostureInput['sandbox']): string[] {
  const { maxSeconds = DEFAULT_CEILING } = networkPolicy?.approvals ?? {};
  if (maxSeconds === 0) return [];
  const hosts =
    networkPolicy?.allowlistRef === undefined ? 'any host' : 'hosts that the signed list names so';
  return [`${hosts} on an open port, for up to ${maxSeconds} seconds`];
}

function listsIn({ networkPolicy }: PostureInput['sandbox']): string[] {
  const signed = networkPolicy?.allowlistRef;
  return signed === undefined ? [] : [`${signed.registry}/${signed.repository}@${signed.digest}`];
}

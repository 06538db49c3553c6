import { DEFAULT_CEILING } from '../kinds/egress-approval/payload.ts';
import { egressEntryOf } from '../kinds/kars-sandbox/egress-allowlist.ts';
import { compileLearn } from '../kinds/kars-sandbox/egress-learn.ts';
import { formatEntry } from '../kinds/kars-sandbox/egress-entry.ts';
import { compileModels, type ModelPayload } from '../kinds/model-ref.ts';
import type { PostureInput } from './posture-input.ts';

/** Everything that an agent may use or be reached by, as its policies say. */
export interface Reach {
  /** `provider/model`, the first one the default; with `as` what requests call it where that is another name, with `else` what takes over. */
  readonly models: readonly string[];
  /** Tools that it may offer to a model. */
  readonly tools: readonly string[];
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
    models: (primary === undefined ? [] : compileModels(primary, fallback)).map(lineOfModel),
    tools: toolPolicy?.allowedTools ?? [],
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

function lineOfModel({ provider, deployment, alias, fallbacks = [] }: ModelPayload): string {
  const name = alias === undefined ? '' : ` as ${alias}`;
  const others = fallbacks.map((target) => `, else ${target.provider}/${target.deployment}`);
  return `${provider}/${deployment}${name}${others.join('')}`;
}

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

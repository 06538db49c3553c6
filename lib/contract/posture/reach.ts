import { egressEntryOf } from '../kinds/kars-sandbox/egress-allowlist.ts';
import { formatEntry } from '../kinds/kars-sandbox/egress-entry.ts';
import type { PostureInput } from './posture-input.ts';

/** Everything that an agent may use or be reached by, as its policies say. */
export interface Reach {
  /** `provider/model`, the first one the default. */
  readonly models: readonly string[];
  /** Tools that it may offer to a model. */
  readonly tools: readonly string[];
  /** `host:port`, `*.suffix:port` or `range:port`; a range of ports as `first-last`. */
  readonly egress: readonly string[];
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
    models: [...(primary === undefined ? [] : [primary]), ...fallback].map(
      ({ provider, deployment }) => `${provider}/${deployment}`,
    ),
    tools: toolPolicy?.allowedTools ?? [],
    egress: endpoints.map((endpoint) => formatEntry(egressEntryOf(endpoint))),
    inbound: (sandbox.inbound ?? []).map(({ namespace, port }) => `${namespace} -> ${port}`),
    secrets: (sandbox.secrets ?? []).map(({ secretRef: { name, key } }) => `${name}/${key}`),
  };
}

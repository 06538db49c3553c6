import { DEFAULT_EGRESS_PORT } from '../kinds/kars-sandbox/egress-allowlist.ts';
import type { PostureInput } from './posture-input.ts';

/** Everything that an agent may use or be reached by, as its policies say. */
export interface Reach {
  /** `provider/model`, the first one the default. */
  readonly models: readonly string[];
  /** Tools that it may offer to a model. */
  readonly tools: readonly string[];
  /** `host:port`, or `range:port`. */
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
    egress: endpoints.map(
      ({ host, cidr, port = DEFAULT_EGRESS_PORT }) => `${host ?? cidr ?? ''}:${port}`,
    ),
    inbound: (sandbox.inbound ?? []).map(({ namespace, port }) => `${namespace} -> ${port}`),
    secrets: (sandbox.secrets ?? []).map(({ secretRef: { name, key } }) => `${name}/${key}`),
  };
}

import { createHash } from 'node:crypto';
import type { ConfigMap } from 'kubernetes-types/core/v1.js';
import { canonicalJson, contentDigest } from '../contract/canonical.ts';
import { agentDirectories, GUARD_FILE, LAUNCH_FILE } from '../contract/hardening.ts';
import { FILE_RULES_ABI, PORT_RULES_ABI } from '../contract/kinds/kars-sandbox/hardening.ts';
import { guardDocumentFor } from './guard/guard-document.ts';
import { inboundPorts } from './inbound-objects.ts';
import type { AcceptedSandboxSpec } from './input.ts';
import { launchDocumentFor, type LaunchInput } from './launch/launch-document.ts';
import { sandboxLabels, sandboxNamespace } from './names.ts';

/** What the guard loads and the launcher applies, with the digests that the pod template pins. */
export interface Hardening {
  /** Name of the ConfigMap; it ends in a hash of the content, so that a new version never meets an old pod. */
  readonly configMap: string;
  readonly guard: string;
  readonly launch: string;
  readonly digests: { readonly guard: string; readonly launch: string };
}

const HASH_LENGTH = 12;

/** What the hardening of a sandbox depends on. */
interface HardeningInput {
  readonly inboundPorts: readonly number[];
  readonly launch: LaunchInput;
}

/** Sandboxes of one app mostly say the same, and rendering it is a good part of what each costs. */
const rendered = new Map<string, Hardening>();

/** The hardening of a sandbox; no policy is part of it, so that a change of policy is no rollout. */
export function hardeningOf(spec: AcceptedSandboxSpec): Hardening {
  const { connectPorts = 'Any' } = spec.sandbox;
  // A kernel without rules about ports must not pass for one that applies them.
  const lowest = connectPorts === 'Any' ? FILE_RULES_ABI : PORT_RULES_ABI;
  const { minLandlockAbi = lowest } = spec.sandbox;
  const input: HardeningInput = {
    inboundPorts: inboundPorts(spec),
    launch: {
      isolation: spec.sandbox.isolation,
      writable: Object.values(agentDirectories),
      connectPorts,
      minLandlockAbi,
    },
  };
  const key = JSON.stringify(input);
  const hardening = rendered.get(key) ?? render(input);
  rendered.set(key, hardening);
  return hardening;
}

function render(input: HardeningInput): Hardening {
  const guard = canonicalJson(guardDocumentFor(input.inboundPorts));
  const launch = canonicalJson(launchDocumentFor(input.launch));
  const hash = createHash('sha256').update(guard).update(launch).digest('hex');
  return {
    configMap: `kars-hardening-${hash.slice(0, HASH_LENGTH)}`,
    guard,
    launch,
    digests: { guard: contentDigest(guard), launch: contentDigest(launch) },
  };
}

/** The ConfigMap that the guard mounts. */
export function hardeningConfigMap(sandbox: string, hardening: Hardening): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: hardening.configMap,
      namespace: sandboxNamespace(sandbox),
      labels: sandboxLabels(sandbox),
    },
    immutable: true,
    data: { [GUARD_FILE]: hardening.guard, [LAUNCH_FILE]: hardening.launch },
  };
}

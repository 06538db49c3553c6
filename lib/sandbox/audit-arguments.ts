import { AUDIT_LIMIT, AUDIT_RETENTION } from '../contract/process.ts';
import { bytesOf } from '../contract/quantity.ts';
import type { AcceptedSandboxSpec } from './input.ts';
import { stateSize } from './volumes.ts';

/** Of the state volume, for the log of each of the two sidecars; the rest is for what else they keep. */
const SHARE = 0.45;

const RETENTION_DAYS = 90;

/** How much of its audit log a sidecar keeps. */
export function auditArguments(spec: AcceptedSandboxSpec): string[] {
  const bytes = Math.floor((bytesOf(stateSize(spec)) ?? 0) * SHARE);
  const days = spec.state?.auditRetentionDays ?? RETENTION_DAYS;
  return [`${AUDIT_LIMIT}${bytes}`, `${AUDIT_RETENTION}${days}`];
}

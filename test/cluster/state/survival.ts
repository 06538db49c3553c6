import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1.js';
import { expect } from 'vitest';
import { AUDIT_FILE } from 'kars-constructs/contract';
import { readAuditLog, verifyAuditLog } from '../../../runtime/audit/verify.ts';
import type { Node } from '../node/node.ts';
import { isReady, waitForPod } from '../node/pods.ts';
import type { Disruption } from './disruptions.ts';
import type { Answer, Witness } from './witness.ts';

const sidecars = ['router', 'egress-proxy'] as const;

/** How many calls each sidecar has to answer before and after a disruption. */
const CALLS = 10;

/**
 * Lets something happen to a sandbox whose agent runs `traffic.py`, and checks that every call which was
 * answered is in the audit logs, that these only grew, and that nothing got past the sidecars meanwhile.
 *
 * @returns the pod after it
 */
export async function survive(
  node: Node,
  namespace: string,
  witness: Witness,
  { happen, passed }: Disruption,
): Promise<Pod> {
  const pod = await waitForPod(node.admin, namespace, isWhole);
  await moreAnswers(witness);
  const logs = await auditLogs(node, namespace);
  const before = logs.map((file) => wholeLines(readFileSync(file)));
  const answered = witness.answers().length;
  await happen(node, pod);
  const after = await waitForPod(node.admin, namespace, (now) => isWhole(now) && passed(pod, now), 120); // prettier-ignore
  await moreAnswers(witness);
  const answers = witness.answers();
  expect(await auditLogs(node, namespace)).toEqual(logs);
  for (const [index, sidecar] of sidecars.entries()) {
    const [file = '', old = Buffer.alloc(0)] = [logs[index], before[index]];
    const hasGrown = readFileSync(file).subarray(0, old.length).equals(old);
    expect(hasGrown, 'audit logs only grow').toBe(true);
    const recorded = await recordedTargets(file);
    const lost = answers.filter(
      ({ kind, name, outcome }) =>
        kind === sidecar && isDecided(outcome) && !recorded.has(targetOf(kind, name)),
    );
    expect(lost).toEqual([]);
  }
  const unpaid = answers.slice(answered).filter(({ kind }) => kind !== 'paid');
  expect(new Set(unpaid.map(({ outcome }) => outcome).filter(isBypass))).toEqual(new Set());
  return after;
}

/** The directory of the state volume of a sandbox, on this machine. */
export async function stateVolume({ admin }: Node, namespace: string): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/kars-state`;
  const claim = (await admin.call('GET', path)).body as PersistentVolumeClaim;
  const name = claim.spec?.volumeName ?? '';
  const volume = (await admin.call('GET', `/api/v1/persistentvolumes/${name}`)).body as PersistentVolume; // prettier-ignore
  return volume.spec?.local?.path ?? '';
}

async function auditLogs(node: Node, namespace: string): Promise<string[]> {
  const volume = await stateVolume(node, namespace);
  return sidecars.map((name) => join(volume, name, AUDIT_FILE));
}

const isWhole = (pod: Pod): boolean =>
  isReady(pod) && pod.metadata?.deletionTimestamp === undefined;

const targetOf = (kind: Answer['kind'], name: string): string =>
  kind === 'egress-proxy' ? `${name}:443` : name;

/** A sidecar that cannot record a call says so, and is not asked for a record of it. */
const isDecided = (outcome: string): boolean =>
  outcome.includes(' KARS_') && !outcome.endsWith(' KARS_AUDIT_UNAVAILABLE');

/** Whatever is neither a refusal of ours nor an error of the connection. */
const isBypass = (outcome: string): boolean =>
  !/^(403 KARS_\w+|503 KARS_AUDIT_UNAVAILABLE|HTTP\/1\.1 40[03] \w+.*|\w+Error|\w*Disconnected|IncompleteRead|)$/.test(
    outcome,
  );

async function moreAnswers(witness: Witness): Promise<void> {
  const count = (): number[] =>
    sidecars.map(
      (name) =>
        witness.answers().filter(({ kind, outcome }) => kind === name && isDecided(outcome)).length,
    );
  const start = count();
  await expect
    .poll(() => Math.min(...count().map((now, index) => now - (start[index] ?? 0))), {
      timeout: 60_000,
      interval: 200,
    })
    .toBeGreaterThanOrEqual(CALLS);
}

async function recordedTargets(file: string): Promise<Set<string>> {
  // A record that is being written now has no end yet.
  await expect.poll(async () => (await verifyAuditLog(file)).ok).toBe(true);
  const targets = new Set<string>();
  for await (const step of readAuditLog(file)) if (step.ok) targets.add(step.record.target);
  return targets;
}

const wholeLines = (content: Buffer): Buffer => content.subarray(0, content.lastIndexOf('\n') + 1);

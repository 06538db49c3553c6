import type { PersistentVolumeClaim, Volume, VolumeMount } from 'kubernetes-types/core/v1.js';
import {
  AGENT_SECRETS_DIR,
  agentDirectories,
  CA_DIR,
  CA_FILE,
  LAUNCH_DIR,
} from '../contract/hardening.ts';
import { claim } from './claim.ts';
import type { AcceptedSandboxSpec } from './input.ts';
import { OWNER_AND_GROUP_READ, volumeNames } from './volumes.ts';

/** Claim of a persistent workspace. */
export const WORKSPACE_CLAIM = 'kars-workspace';

const DEFAULT_SIZE = '1Gi';

/** The volumes that only the agent mounts. */
export function agentVolumes(spec: AcceptedSandboxSpec): Volume[] {
  return [
    workspaceVolume(spec),
    { name: volumeNames.temporary, emptyDir: { sizeLimit: DEFAULT_SIZE } },
    ...secretsVolume(spec),
    ...caVolume(spec),
  ];
}

/** Where the agent mounts its volumes, and the launcher. */
export function agentMounts(spec: AcceptedSandboxSpec): VolumeMount[] {
  return [
    { name: volumeNames.workspace, mountPath: agentDirectories.workspace },
    { name: volumeNames.temporary, mountPath: agentDirectories.temporary },
    { name: volumeNames.launcher, mountPath: LAUNCH_DIR, readOnly: true },
    ...(secretFiles(spec).length === 0
      ? []
      : [{ name: volumeNames.secrets, mountPath: AGENT_SECRETS_DIR, readOnly: true }]),
    ...(spec.extraCa === undefined
      ? []
      : [{ name: volumeNames.ca, mountPath: CA_DIR, readOnly: true }]),
  ];
}

/** The claim of a persistent workspace; none for any other. */
export function workspaceClaim(
  sandbox: string,
  { workspace }: AcceptedSandboxSpec,
): PersistentVolumeClaim[] {
  if (workspace?.mode !== 'Persistent') return [];
  const { size = DEFAULT_SIZE, storageClassName, accessMode } = workspace;
  return [claim(sandbox, WORKSPACE_CLAIM, size, storageClassName, accessMode)];
}

function workspaceVolume({ workspace }: AcceptedSandboxSpec): Volume {
  const claimName = workspace?.mode === 'Persistent' ? WORKSPACE_CLAIM : workspace?.claimName;
  return {
    name: volumeNames.workspace,
    ...(claimName === undefined
      ? { emptyDir: { sizeLimit: workspace?.size ?? DEFAULT_SIZE } }
      : { persistentVolumeClaim: { claimName } }),
  };
}

/** One file for each named key; none without such a key. */
function secretsVolume(spec: AcceptedSandboxSpec): Volume[] {
  const sources = secretFiles(spec).map(({ file, secretRef: { name, key } }) => ({
    secret: { name, items: [{ key, path: file }] },
  }));
  return sources.length === 0
    ? []
    : [{ name: volumeNames.secrets, projected: { defaultMode: OWNER_AND_GROUP_READ, sources } }];
}

function caVolume({ extraCa }: AcceptedSandboxSpec): Volume[] {
  if (extraCa === undefined) return [];
  const { name, key } = extraCa.configMapRef;
  return [{ name: volumeNames.ca, configMap: { name, items: [{ key, path: CA_FILE }] } }];
}

const secretFiles = ({ secrets = [] }: AcceptedSandboxSpec) =>
  secrets.flatMap(({ file, secretRef }) => (file === undefined ? [] : [{ file, secretRef }]));

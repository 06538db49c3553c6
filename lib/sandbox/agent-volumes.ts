import type { Volume, VolumeMount } from 'kubernetes-types/core/v1.js';
import { AGENT_SECRETS_DIR, LAUNCH_DIR } from '../contract/hardening.ts';
import type { AcceptedSandboxSpec } from './input.ts';
import { agentDirectories, volumeNames } from './volumes.ts';

const OWNER_AND_GROUP_READ = 0o440;

/** The volumes that only the agent mounts. */
export function agentVolumes(spec: AcceptedSandboxSpec): Volume[] {
  return [
    { name: volumeNames.workspace, emptyDir: { sizeLimit: '1Gi' } },
    { name: volumeNames.temporary, emptyDir: { sizeLimit: '1Gi' } },
    ...secretsVolume(spec),
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
  ];
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

const secretFiles = ({ secrets = [] }: AcceptedSandboxSpec) =>
  secrets.flatMap(({ file, secretRef }) => (file === undefined ? [] : [{ file, secretRef }]));

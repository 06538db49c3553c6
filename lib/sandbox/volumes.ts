import type { PersistentVolumeClaim, Volume } from 'kubernetes-types/core/v1.js';
import { azureClouds, azureTokenPlace } from '../contract/azure-cloud.ts';
import type { EncodedDocument } from '../contract/document.ts';
import { projection } from '../contract/projection.ts';
import { runtimeSet } from '../contract/runtime-set.ts';
import { claim } from './claim.ts';
import type { Hardening } from './hardening.ts';
import type { AcceptedInferenceSpec, AcceptedSandboxSpec } from './input.ts';

/** Names of the volumes of the pod, and of the claim for the state. */
export const volumeNames = {
  documents: 'documents',
  approvals: 'approvals',
  credentials: 'credentials',
  identity: 'identity',
  parentProxy: 'parent-proxy',
  state: 'state',
  workspace: 'workspace',
  temporary: 'tmp',
  hardening: 'hardening',
  launcher: 'launcher',
  guardRun: 'guard-run',
  secrets: 'secrets',
  ca: 'ca',
} as const;

/** Claim of the state volume. */
export const STATE_CLAIM = 'kars-state';

/** Size of the state volume when nothing else is said. */
const DEFAULT_STATE_SIZE = '1Gi';

/** Mode of files that one container alone mounts. */
export const OWNER_AND_GROUP_READ = 0o440;

/** All documents in one directory, so that the kubelet swaps them as one. */
export function documentsVolume(documents: readonly EncodedDocument[]): Volume {
  return {
    name: volumeNames.documents,
    projected: {
      sources: documents.map(({ kind, file }) => ({
        configMap: { name: projection[kind].configMap, items: [{ key: file, path: file }] },
      })),
    },
  };
}

/** Approvals in one directory, which is empty where there is none. */
export const approvalsVolume = (): Volume => ({
  name: volumeNames.approvals,
  projected: {
    sources: [runtimeSet.declared, runtimeSet.granted].map((name) => ({
      configMap: { name, optional: true },
    })),
  },
});

/** One file a provider that has a credential; none without such a provider. */
export function credentialsVolume({ providers = [] }: AcceptedInferenceSpec): Volume[] {
  const sources = providers.flatMap(({ name, credentialSecretRef: secret }) =>
    secret === undefined
      ? []
      : [{ secret: { name: secret.name, items: [{ key: secret.key, path: name }] } }],
  );
  return sources.length === 0
    ? []
    : [
        {
          name: volumeNames.credentials,
          projected: { defaultMode: OWNER_AND_GROUP_READ, sources },
        },
      ];
}

/** Seconds that a service-account token counts; the kubelet writes a new one before. */
const TOKEN_SECONDS = 3600;

/**
 * One service-account token a cloud whose identities providers are called with; none without such a provider.
 * Its audience makes it nothing to the API server.
 */
export function identityVolume({ providers = [] }: AcceptedInferenceSpec): Volume[] {
  const clouds = providers.flatMap(({ workloadIdentity, endpoint }) =>
    workloadIdentity === undefined ? [] : (azureTokenPlace(endpoint)?.cloud ?? []),
  );
  const sources = [...new Set(clouds)].map((cloud) => ({
    serviceAccountToken: {
      audience: azureClouds[cloud].audience,
      expirationSeconds: TOKEN_SECONDS,
      path: cloud,
    },
  }));
  return sources.length === 0
    ? []
    : [
        {
          name: volumeNames.identity,
          projected: { defaultMode: OWNER_AND_GROUP_READ, sources },
        },
      ];
}

/** The volume for budgets and audit logs of the sidecars. */
export function stateVolume(spec: AcceptedSandboxSpec): Volume {
  return isEphemeral(spec)
    ? { name: volumeNames.state, emptyDir: { sizeLimit: stateSize(spec) } }
    : { name: volumeNames.state, persistentVolumeClaim: { claimName: STATE_CLAIM } };
}

/** The claim behind {@link stateVolume}; none when the state is ephemeral. */
export function stateClaim(sandbox: string, spec: AcceptedSandboxSpec): PersistentVolumeClaim[] {
  if (isEphemeral(spec)) return [];
  const { storageClassName, accessMode } = spec.state ?? {};
  return [claim(sandbox, STATE_CLAIM, stateSize(spec), storageClassName, accessMode)];
}

/** The documents of the guard, the directory that it installs the launcher into, and its own `/run` where it needs one. */
export function guardVolumes({ configMap }: Hardening, { sandbox }: AcceptedSandboxSpec): Volume[] {
  return [
    { name: volumeNames.hardening, configMap: { name: configMap } },
    { name: volumeNames.launcher, emptyDir: { sizeLimit: '16Mi' } },
    ...(sandbox.isolation === 'confidential'
      ? [{ name: volumeNames.guardRun, emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } }]
      : []),
  ];
}

const isEphemeral = ({ state }: AcceptedSandboxSpec): boolean => state?.mode === 'Ephemeral';

export const stateSize = ({ state }: AcceptedSandboxSpec): string =>
  state?.size ?? DEFAULT_STATE_SIZE;

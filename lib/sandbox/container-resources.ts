import type { ResourceRequirements, Volume } from 'kubernetes-types/core/v1.js';
import { bytesOf } from '../contract/quantity.ts';
import type { Reader } from '../contract/projection.ts';
import type { AcceptedSandboxSpec } from './input.ts';

const MEBIBYTE = 1024 ** 2;

/** What the kubelet keeps of the output of a container, five files of 10 MiB, and what is in flight between two looks. */
const LOGS = 128 * MEBIBYTE;

const mebibytes = (bytes: number): string => `${Math.ceil(bytes / MEBIBYTE)}Mi`;

/** The guard ends within a second; it holds two documents and starts one program. */
export const guardResources: ResourceRequirements = {
  requests: { cpu: '10m', memory: '16Mi', 'ephemeral-storage': '1Mi' },
  limits: { cpu: '500m', memory: '64Mi', 'ephemeral-storage': '16Mi' },
};

/**
 * Idle, each of them takes 100 MiB, half of which is the program of Node.js, and 5 thousandths of a
 * core; after two thousand refused calls at fifty at once the router has 140 and the proxy 115 MiB.
 */
export const sidecarResources: Readonly<Record<Reader, ResourceRequirements>> = {
  router: sidecar('128Mi'),
  'egress-proxy': sidecar('112Mi'),
};

function sidecar(memory: string): ResourceRequirements {
  return {
    requests: { cpu: '25m', memory, 'ephemeral-storage': '16Mi' },
    limits: { cpu: '500m', memory: '256Mi', 'ephemeral-storage': mebibytes(LOGS) },
  };
}

const AGENT_DEFAULTS = {
  requests: { cpu: '500m', memory: '1Gi', 'ephemeral-storage': '256Mi' },
  limits: { cpu: '2', memory: '4Gi' },
};

/**
 * The resources of the agent. The kubelet evicts a pod whose logs and empty directories exceed the sum of
 * the limits of its containers, so the agent's has room for every directory of the pod: each is bounded
 * by its own size, and none by another.
 */
export function agentResources(
  { resources }: AcceptedSandboxSpec,
  volumes: readonly Volume[],
): ResourceRequirements {
  const { requests = {}, limits = {} } = (resources ?? {}) as ResourceRequirements;
  const directories = volumes
    .filter(({ emptyDir }) => emptyDir !== undefined && emptyDir.medium !== 'Memory')
    .map(({ emptyDir }) => bytesOf(String(emptyDir?.sizeLimit)) ?? 0);
  const room = directories.reduce((sum, bytes) => sum + bytes, LOGS);
  return {
    requests: { ...reserved(limits), ...requests },
    limits: { ...AGENT_DEFAULTS.limits, 'ephemeral-storage': mebibytes(room), ...limits },
  };
}

/** A limit that is given may be below what is reserved otherwise; the API server reserves the limit itself then. */
const reserved = (limits: NonNullable<ResourceRequirements['limits']>) =>
  Object.fromEntries(
    Object.entries(AGENT_DEFAULTS.requests).filter(
      ([kind]) => kind === 'ephemeral-storage' || !(kind in limits),
    ),
  );

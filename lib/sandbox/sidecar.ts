import type { Container, Probe, Volume, VolumeMount } from 'kubernetes-types/core/v1.js';
import { POD_IP_VARIABLE, podArguments, processes, statusPaths } from '../contract/process.ts';
import {
  CREDENTIALS_DIR,
  DOCUMENTS_DIR,
  IDENTITY_DIR,
  STATE_DIR,
  type Reader,
} from '../contract/projection.ts';
import { PARENT_PROXY_DIR } from '../contract/parent-proxy.ts';
import { runtimeSet } from '../contract/runtime-set.ts';
import { sidecarResources } from './container-resources.ts';
import type { AcceptedSandboxSpec } from './input.ts';
import { containerSecurityContext } from './security-context.ts';
import { volumeNames } from './volumes.ts';

/** What one sidecar has and the other has not. */
interface SidecarOptions {
  /** Volumes with what it calls providers with. */
  readonly credentials?: readonly Volume[];
  /** Arguments below which the process refuses a document. */
  readonly floors?: readonly string[];
}

/**
 * One process of the platform as a native sidecar: it starts before the agent and is ready before the
 * agent starts.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export function sidecar(
  name: Reader,
  sandbox: string,
  spec: AcceptedSandboxSpec,
  image: string,
  { credentials = [], floors = [] }: SidecarOptions = {},
): Container {
  const { uid, statusPort } = processes[name];
  return {
    name,
    image,
    restartPolicy: 'Always',
    args: [...podArguments(name, sandbox), ...floors],
    env: [{ name: POD_IP_VARIABLE, valueFrom: { fieldRef: { fieldPath: 'status.podIP' } } }],
    ports: [
      { name: `${name === 'router' ? 'router' : 'proxy'}-status`, containerPort: statusPort },
    ],
    resources: sidecarResources[name],
    terminationMessagePolicy: 'FallbackToLogsOnError',
    securityContext: containerSecurityContext(uid, spec),
    startupProbe: {
      ...probe(statusPaths.ready, statusPort),
      periodSeconds: 1,
      failureThreshold: 60,
    },
    livenessProbe: { ...probe(statusPaths.live, statusPort), periodSeconds: 10 },
    readinessProbe: { ...probe(statusPaths.ready, statusPort), periodSeconds: 5 },
    volumeMounts: mounts(name, spec, credentials),
  };
}

const probe = (path: string, port: number): Probe => ({
  httpGet: { path, port, scheme: 'HTTP' },
  timeoutSeconds: 3,
});

function mounts(
  name: Reader,
  { parentProxy }: AcceptedSandboxSpec,
  credentials: readonly Volume[],
): VolumeMount[] {
  return [
    { name: volumeNames.documents, mountPath: DOCUMENTS_DIR, readOnly: true },
    { name: volumeNames.state, mountPath: STATE_DIR, subPath: name },
    ...(name === 'egress-proxy'
      ? [{ name: volumeNames.approvals, mountPath: runtimeSet.directory, readOnly: true }]
      : []),
    ...credentials.map((volume) => ({
      name: volume.name,
      mountPath: volume.name === volumeNames.identity ? IDENTITY_DIR : CREDENTIALS_DIR,
      readOnly: true,
    })),
    ...(parentProxy?.credentialsSecretRef === undefined
      ? []
      : [{ name: volumeNames.parentProxy, mountPath: PARENT_PROXY_DIR, readOnly: true }]),
  ];
}

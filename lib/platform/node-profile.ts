import type { DaemonSet } from 'kubernetes-types/apps/v1.js';
import type { ConfigMap, Container, SecurityContext } from 'kubernetes-types/core/v1.js';
import { labels as wellKnown } from '../contract/api.ts';
import { NODE_NAMESPACE } from '../contract/platform-names.ts';
import type { Problem } from '../contract/problem.ts';
import { launcherPrograms } from '../contract/hardening.ts';
import type { KubernetesObject } from '../private/manifest.ts';
import { problem } from '../private/problems.ts';
import { strictProfile } from '../sandbox/seccomp/localhost-profile.ts';

/** What brings the seccomp profile to the nodes. */
export interface NodeProfileInput {
  /** Image of the guard. */
  readonly image: string;
  /** Directory of the kubelet on the nodes. */
  readonly kubeletDirectory: string;
}

const NAME = 'seccomp-profile';
const SOURCE = '/etc/kars/profile';
const NODE = '/node';
const NOBODY = 65_534;

const labels = {
  'app.kubernetes.io/name': 'kars',
  'app.kubernetes.io/component': 'node-profiles',
};
/** It has the hash of the content, as the file has. */
const configMapName = (file: string): string => file.replace('.json', '');

const own = (name: string) => ({ name, namespace: NODE_NAMESPACE, labels });

/** Everything that is wrong with the directory of the kubelet. */
export function kubeletDirectoryProblems(directory: string): Problem[] {
  const isNormal = /^(\/[A-Za-z0-9_.-]+)+$/.test(directory) && !/\/\.{1,2}(\/|$)/.test(directory);
  return isNormal
    ? []
    : [
        problem(
          'KARS_KUBELET_DIRECTORY',
          'kubeletDirectory',
          `got "${directory}", supply an absolute path such as /var/lib/kubelet`,
        ),
      ];
}

/** Directory on the nodes that the profile is in, below that of the kubelet. */
export function profileDirectory(kubeletDirectory: string): string {
  const [folder = ''] = strictProfile().path.split('/');
  return `${kubeletDirectory}/seccomp/${folder}`;
}

/**
 * The objects that put the seccomp profile on every node, below the directory of the kubelet. No role
 * belongs to them and no token. They have a namespace of their own, since a path of the node is more
 * than the namespace of the platform admits.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline
 */
export function nodeProfileObjects(input: NodeProfileInput): KubernetesObject[] {
  const { path, body } = strictProfile();
  const file = path.slice(path.indexOf('/') + 1);
  const configMap: ConfigMap = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: own(configMapName(file)),
    immutable: true,
    data: { [file]: body },
  };
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: NODE_NAMESPACE,
      labels: { ...labels, 'pod-security.kubernetes.io/enforce': 'privileged' },
    },
  };
  const serviceAccount = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: own(NAME),
    automountServiceAccountToken: false,
  };
  const networkPolicy = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: own('default-deny'),
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  };
  const objects = [namespace, serviceAccount, networkPolicy, configMap, daemonSet(input, file)];
  return objects as readonly unknown[] as KubernetesObject[];
}

function daemonSet({ image, kubeletDirectory }: NodeProfileInput, file: string): DaemonSet {
  const pod = { [wellKnown.component]: NAME };
  const path = profileDirectory(kubeletDirectory);
  return {
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: own(NAME),
    spec: {
      selector: { matchLabels: pod },
      // Nobody is served by these pods, and sandboxes of a new release wait for its file.
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '100%' } },
      template: {
        metadata: { labels: { ...labels, ...pod } },
        spec: {
          serviceAccountName: NAME,
          automountServiceAccountToken: false,
          enableServiceLinks: false,
          nodeSelector: { 'kubernetes.io/os': 'linux' },
          // Sandboxes run on nodes with any taint.
          tolerations: [{ operator: 'Exists' }],
          terminationGracePeriodSeconds: 5,
          securityContext: { seccompProfile: { type: 'RuntimeDefault' } },
          initContainers: [installer(image, file)],
          containers: [keeper(image, file)],
          volumes: [
            { name: 'profile', configMap: { name: configMapName(file) } },
            { name: 'node', hostPath: { path, type: 'DirectoryOrCreate' } },
          ],
        },
      },
    },
  };
}

/** Writes the file. The directory belongs to the root of the node, so this is root, without a capability. */
const installer = (image: string, file: string): Container => ({
  ...container(image, [`--install=${SOURCE}/${file}`, ...fileArguments(file)], 0),
  name: 'install',
  volumeMounts: [
    { name: 'profile', mountPath: SOURCE, readOnly: true },
    { name: 'node', mountPath: NODE },
  ],
});

/** Stands for the node: it is ready while the file is there as it was written. */
const keeper = (image: string, file: string): Container => ({
  ...container(image, [...fileArguments(file), '--wait'], NOBODY),
  name: 'present',
  readinessProbe: {
    exec: { command: [launcherPrograms.guard, 'profile', ...fileArguments(file)] },
    periodSeconds: 20,
    timeoutSeconds: 5,
    failureThreshold: 1,
  },
  volumeMounts: [{ name: 'node', mountPath: NODE, readOnly: true }],
});

const fileArguments = (file: string): string[] => [
  `--file=${NODE}/${file}`,
  `--digest=${strictProfile().digest}`,
];

const container = (
  image: string,
  args: readonly string[],
  uid: number,
): Omit<Container, 'name'> => ({
  image,
  command: [launcherPrograms.guard],
  args: ['profile', ...args],
  resources: {
    requests: { cpu: '5m', memory: '16Mi' },
    limits: { cpu: '100m', memory: '32Mi' },
  },
  terminationMessagePolicy: 'FallbackToLogsOnError',
  securityContext: securityContext(uid),
});

const securityContext = (uid: number): SecurityContext => ({
  runAsUser: uid,
  runAsGroup: uid,
  runAsNonRoot: uid !== 0,
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  capabilities: { drop: ['ALL'] },
});

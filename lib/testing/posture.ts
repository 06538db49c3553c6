import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { CronJob } from 'kubernetes-types/batch/v1.js';
import type {
  Container,
  LifecycleHandler,
  Pod,
  PodSpec,
  Probe,
  Volume,
} from 'kubernetes-types/core/v1.js';
import { launchCommand, launcherPrograms } from '../contract/hardening.ts';
import type { SynthesizedApp, SynthesizedObject } from './synthesized-app.ts';

/**
 * Everything about the pods of an app that is weaker than a sandbox of this library, one line each;
 * an empty list for an app that changed nothing.
 *
 * Looked at: egress guard, launcher (of the agent, its probes and its hooks), user, capabilities, privilege escalation, root file system, seccomp, host namespaces,
 * host paths, service-account tokens, resource limits, and the default-deny policy of the namespace.
 */
export function postureProblems(app: SynthesizedApp): string[] {
  return app.objects
    .filter(({ kind }) => kind in podsOf)
    .flatMap((object) => {
      const { kind, metadata } = object;
      return [...podProblems(podsOf[kind]?.(object)), ...networkProblems(app, object)].map(
        (fault) => `${kind} ${metadata.namespace ?? ''}/${metadata.name}: ${fault}`,
      );
    });
}

/** The pod of each kind of object that runs one. */
const podsOf: Readonly<Record<string, (object: unknown) => PodSpec | undefined>> = {
  Pod: (object) => (object as Pod).spec,
  Deployment: templated,
  StatefulSet: templated,
  Job: templated,
  CronJob: (object) => (object as CronJob).spec?.jobTemplate.spec?.template.spec,
};

function templated(object: unknown): PodSpec | undefined {
  return (object as Deployment).spec?.template.spec;
}

function podProblems(pod: PodSpec | undefined): string[] {
  if (pod === undefined) return ['has no pod'];
  const host = [pod.hostNetwork, pod.hostPID, pod.hostIPC].includes(true);
  const paths = (pod.volumes ?? []).filter(({ hostPath }) => hostPath !== undefined);
  const faults: [boolean, string][] = [
    [host, 'shares a namespace of the host'],
    [paths.length > 0, 'mounts a path of the host'],
    [(pod.volumes ?? []).some(isUnbounded), 'has an empty directory without a size limit'],
    [pod.automountServiceAccountToken !== false, 'mounts a service-account token'],
    [pod.shareProcessNamespace === true, 'shares one process namespace between containers'],
  ];
  const containers = [...(pod.initContainers ?? []), ...pod.containers];
  return [
    ...faults.filter(([found]) => found).map(([, text]) => text),
    ...guardProblems(pod.initContainers?.[0]),
    ...containers
      .filter((container) => container !== guardOf(pod.initContainers?.[0]))
      .flatMap((container) =>
        containerProblems(container).map((text) => `container ${container.name} ${text}`),
      ),
    ...pod.containers.flatMap((container) => [
      ...(container.command?.[0] === launcher
        ? []
        : [`container ${container.name} is not started by the launcher`]),
      ...besideAgent(container)
        .filter(({ exec }) => exec !== undefined && exec.command?.[0] !== launcher)
        .map(() => `container ${container.name} has a probe or hook without the launcher`),
    ]),
  ];
}

const isUnbounded = ({ emptyDir }: Volume): boolean =>
  emptyDir !== undefined && emptyDir.sizeLimit === undefined;

/** What the kubelet may start in a container beside its program. */
const besideAgent = (container: Container): (Probe | LifecycleHandler)[] =>
  [
    container.startupProbe,
    container.livenessProbe,
    container.readinessProbe,
    container.lifecycle?.postStart,
    container.lifecycle?.preStop,
  ].filter((entry) => entry !== undefined);

const [launcher] = launchCommand([]);

/** The container, if it is an egress guard and nothing more: only that one may be root. */
const guardOf = (container: Container | undefined): Container | undefined =>
  container?.command?.length === 1 &&
  container.command[0] === launcherPrograms.guard &&
  container.restartPolicy === undefined
    ? container
    : undefined;

/** The packet rules need one capability, two where the kernel has only legacy iptables. */
const GUARD_CAPABILITIES = ['NET_ADMIN', 'NET_RAW'];

function guardProblems(first: Container | undefined): string[] {
  const guard = guardOf(first);
  if (guard === undefined) return ['does not begin with the egress guard'];
  const { securityContext = {} } = guard;
  const added = securityContext.capabilities?.add ?? [];
  const faults: [boolean, string][] = [
    [securityContext.privileged === true, 'is privileged'],
    [securityContext.allowPrivilegeEscalation !== false, 'may gain privileges'],
    [securityContext.readOnlyRootFilesystem !== true, 'may write to its root file system'],
    [securityContext.capabilities?.drop?.includes('ALL') !== true, 'keeps capabilities'],
    [
      added.some((name) => !GUARD_CAPABILITIES.includes(name)),
      `adds capabilities other than ${GUARD_CAPABILITIES.join(' and ')}`,
    ],
  ];
  return faults.filter(([found]) => found).map(([, text]) => `container ${guard.name} ${text}`);
}

function containerProblems({
  securityContext = {},
  resources,
  volumeMounts = [],
}: Container): string[] {
  const faults: [boolean, string][] = [
    [securityContext.runAsNonRoot !== true, 'may run as root'],
    [(securityContext.runAsUser ?? 0) === 0, 'names no user other than root'],
    [securityContext.privileged === true, 'is privileged'],
    [securityContext.allowPrivilegeEscalation !== false, 'may gain privileges'],
    [securityContext.readOnlyRootFilesystem !== true, 'may write to its root file system'],
    [securityContext.capabilities?.drop?.includes('ALL') !== true, 'keeps capabilities'],
    [(securityContext.capabilities?.add ?? []).length > 0, 'adds capabilities'],
    [
      !['RuntimeDefault', 'Localhost'].includes(securityContext.seccompProfile?.type ?? ''),
      'has no seccomp profile',
    ],
    [resources?.limits?.['memory'] === undefined, 'has no memory limit'],
    [resources?.limits?.['ephemeral-storage'] === undefined, 'has no limit of disk'],
    [
      volumeMounts.some(({ mountPath }) => mountPath.startsWith('/var/run/secrets')),
      'mounts cluster credentials',
    ],
  ];
  return faults.filter(([found]) => found).map(([, text]) => text);
}

function networkProblems(app: SynthesizedApp, { metadata }: SynthesizedObject): string[] {
  const denies = app.ofKind('NetworkPolicy').some((policy) => {
    const spec = policy['spec'] as {
      podSelector: object;
      policyTypes?: string[];
      egress?: unknown;
    };
    return (
      policy.metadata.namespace === metadata.namespace &&
      Object.keys(spec.podSelector).length === 0 &&
      spec.egress === undefined &&
      ['Ingress', 'Egress'].every((type) => spec.policyTypes?.includes(type) === true)
    );
  });
  return denies ? [] : ['its namespace has no policy that denies all traffic by default'];
}

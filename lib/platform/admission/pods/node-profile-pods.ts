import { launcherPrograms } from '../../../contract/hardening.ts';
import { NODE_NAMESPACE } from '../../../contract/platform-names.ts';
import { absent, allOf, celList, isOff } from '../cel.ts';
import type { AdmissionParameters } from '../parameters.ts';
import type { AdmissionPolicy } from '../policy.ts';

const spec = 'object.spec';

/** CEL that holds for a container that does nothing but install or watch the profile. */
const isInstaller = (images: readonly string[]): string =>
  allOf(
    `container.image in ${celList(images)}`,
    `has(container.command) && container.command == ${celList([launcherPrograms.guard])}`,
    "has(container.args) && container.args[0] == 'profile'",
    absent(container, 'env', 'envFrom', 'ports', 'lifecycle', 'volumeDevices', 'livenessProbe'),
    'has(container.securityContext) && has(container.securityContext.capabilities) && !has(container.securityContext.capabilities.add)',
    'has(container.securityContext.capabilities.drop) && container.securityContext.capabilities.drop == ["ALL"]',
    isOff('container.securityContext', 'privileged'),
    'has(container.securityContext.allowPrivilegeEscalation) && !container.securityContext.allowPrivilegeEscalation',
    'has(container.securityContext.readOnlyRootFilesystem) && container.securityContext.readOnlyRootFilesystem',
  );

const container = 'container';

/**
 * The pods that bring the seccomp profile to the nodes. They see a directory of the node, so their
 * namespace admits what no other does, and holds nothing else.
 */
export const nodeProfilePods = ({
  images,
  profileDirectory,
}: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-node-profile-pods',
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
  conditions: { nodes: `request.namespace == '${NODE_NAMESPACE}'` },
  refusals: [
    {
      code: 'KARS_NODE_PROFILE_POD',
      allows: allOf(
        isOff(spec, 'hostNetwork'),
        isOff(spec, 'hostPID'),
        isOff(spec, 'hostIPC'),
        absent(spec, 'ephemeralContainers', 'nodeName', 'hostAliases'),
        `has(${spec}.automountServiceAccountToken) && !${spec}.automountServiceAccountToken`,
        `has(${spec}.initContainers) && ${spec}.initContainers.map(container, container.name) == ["install"]`,
        `${spec}.containers.map(container, container.name) == ["present"]`,
        `${spec}.initContainers.all(container, ${isInstaller(images.guard)})`,
        `${spec}.containers.all(container, ${isInstaller(images.guard)} && has(container.securityContext.runAsNonRoot) && container.securityContext.runAsNonRoot && container.volumeMounts.all(mount, has(mount.readOnly) && mount.readOnly))`,
        `${spec}.volumes.all(volume, has(volume.configMap) || (has(volume.hostPath) && volume.hostPath.path == '${profileDirectory}'))`,
      ),
      message:
        'this namespace holds the pods that bring the seccomp profile to the nodes, as KarsPlatform writes them, and no others',
    },
  ],
});

import { absent, allOf, celList, celText, is, isOff } from '../cel.ts';

/** How a volume is mounted. */
export interface Mount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
  readonly subPath?: string;
}

/** Name of a profile of any release, as `strictProfile` makes it. */
const STRICT_PROFILE = '^kars/kars-strict-[0-9a-f]{12}[.]json$';

/** CEL that holds for the system-call profiles that constructs write. */
const hasProfile = (context: string): string =>
  `has(${context}.seccompProfile) && (${context}.seccompProfile.type == 'RuntimeDefault' || (${context}.seccompProfile.type == 'Localhost' && ${context}.seccompProfile.localhostProfile.matches(${celText(STRICT_PROFILE)})))`;

/** CEL that holds for a security context with nothing but what constructs write. */
const contextOf = (context: string, uid: number, capabilities: readonly string[]): string =>
  allOf(
    is(context, 'runAsUser', uid),
    is(context, 'runAsGroup', uid),
    is(context, 'runAsNonRoot', uid !== 0),
    is(context, 'allowPrivilegeEscalation', false),
    is(context, 'readOnlyRootFilesystem', true),
    isOff(context, 'privileged'),
    absent(context, 'seLinuxOptions', 'windowsOptions', 'appArmorProfile'),
    `!has(${context}.procMount) || ${context}.procMount == 'Default'`,
    `has(${context}.capabilities) && has(${context}.capabilities.drop) && ${context}.capabilities.drop == ['ALL']`,
    capabilities.length === 0
      ? `!has(${context}.capabilities.add)`
      : `has(${context}.capabilities.add) && ${context}.capabilities.add.all(capability, capability in ${celList(capabilities)})`,
    hasProfile(context),
  );

/** CEL that holds for a container whose security context constructs write. */
export const isConfined = (
  container: string,
  uid: number,
  capabilities: readonly string[] = [],
): string =>
  `has(${container}.securityContext) && ${contextOf(`${container}.securityContext`, uid, capabilities)}`;

const mountText = ({ name, mountPath, readOnly = false, subPath = '' }: Mount): string =>
  `${name} ${mountPath} ${readOnly ? 'ro' : 'rw'} ${subPath}`;

/** CEL that holds for a container that mounts nothing but these, each as it is said. */
export const mountsOnly = (container: string, mounts: readonly Mount[]): string =>
  allOf(
    absent(container, 'volumeDevices'),
    `!has(${container}.volumeMounts) || ${container}.volumeMounts.all(mount, (mount.name + ' ' + mount.mountPath + ' ' + (has(mount.readOnly) && mount.readOnly ? 'ro' : 'rw') + ' ' + (has(mount.subPath) ? mount.subPath : '')) in ${celList(mounts.map(mountText))} && !has(mount.subPathExpr) && (!has(mount.mountPropagation) || mount.mountPropagation == 'None'))`,
  );

/** CEL that holds for a container without what no container of a sandbox has. */
export const isPlain = (container: string): string =>
  allOf(
    absent(container, 'envFrom', 'volumeDevices'),
    isOff(container, 'stdin'),
    isOff(container, 'tty'),
    `!has(${container}.ports) || ${container}.ports.all(port, !has(port.hostPort) && !has(port.hostIP))`,
    `has(${container}.resources.limits) && ['cpu', 'memory', 'ephemeral-storage'].all(kind, kind in ${container}.resources.limits)`,
    `!has(${container}.resources.claims)`,
  );

/** CEL for the arguments of a container that begin with one of these, or with none of them. */
export const beginning = (container: string, starts: readonly string[], isSo = true): string =>
  `${container}.args.filter(argument, ${isSo ? '' : '!'}(${starts
    .map((start) => `argument.startsWith('${start}')`)
    .join(' || ')}))`;

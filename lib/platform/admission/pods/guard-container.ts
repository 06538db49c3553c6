import {
  GUARD_DIR,
  guardArguments,
  LAUNCH_DIR,
  launcherPrograms,
} from '../../../contract/hardening.ts';
import { volumeNames } from '../../../sandbox/volumes.ts';
import { absent, allOf, celList, celText } from '../cel.ts';
import type { AdmissionParameters } from '../parameters.ts';
import type { AdmissionPolicy } from '../policy.ts';
import { isConfined, isPlain, mountsOnly } from './container-cel.ts';
import { newContainers } from './pod-scope.ts';

const DIGEST = 'sha256:[0-9a-f]{64}';

/** Arguments of the guard; which rules it loads is said by digest. */
const ARGUMENTS = guardArguments({ guard: DIGEST, launch: DIGEST })
  .map((argument) => argument.replaceAll('.', '[.]'))
  .join(' ');

const guard = 'variables.guard';

/** The one container with a capability, which runs before all others and ends. */
export const guardContainer = ({ images }: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-pod-guard',
  ...newContainers,
  variables: { guard: 'object.spec.initContainers[0]' },
  refusals: [
    {
      code: 'KARS_GUARD_IMAGE',
      allows: `${guard}.image in ${celList(images.guard)}`,
      message: `the first container has another image than ${images.guard.join(' or ')}; deploy with the images of the platform, or give the platform those of the next release first`,
    },
    {
      code: 'KARS_GUARD_SHAPE',
      allows: allOf(
        `has(${guard}.command) && ${guard}.command == ${celList([launcherPrograms.guard])}`,
        `has(${guard}.args) && ${guard}.args.join(' ').matches(${celText(`^${ARGUMENTS}$`)})`,
        absent(
          guard,
          'env',
          'ports',
          'lifecycle',
          'livenessProbe',
          'readinessProbe',
          'startupProbe',
        ),
        absent(guard, 'restartPolicy', 'workingDir'),
        isPlain(guard),
        isConfined(guard, 0, ['NET_ADMIN', 'NET_RAW']),
        `has(object.spec.runtimeClassName) || !('NET_RAW' in ${guard}.securityContext.capabilities.add)`,
        mountsOnly(guard, [
          { name: volumeNames.hardening, mountPath: GUARD_DIR, readOnly: true },
          { name: volumeNames.launcher, mountPath: LAUNCH_DIR },
          { name: volumeNames.guardRun, mountPath: '/run' },
        ]),
      ),
      message:
        'the first container is not the egress guard as constructs write it; deploy the agent with KarsSandbox',
    },
  ],
});

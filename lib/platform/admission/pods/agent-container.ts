import { RESERVED_VARIABLES } from '../../../contract/agent-variables.ts';
import {
  AGENT_SECRETS_DIR,
  agentDirectories,
  CA_DIR,
  LAUNCH_DIR,
  launchCommand,
} from '../../../contract/hardening.ts';
import { AGENT_UID } from '../../../contract/process.ts';
import { PLATFORM_PREFIX } from '../../../contract/sandbox-names.ts';
import { fixedVariables } from '../../../sandbox/agent-environment.ts';
import { volumeNames } from '../../../sandbox/volumes.ts';
import { absent, allOf, celList, celText } from '../cel.ts';
import type { AdmissionParameters } from '../parameters.ts';
import type { AdmissionPolicy } from '../policy.ts';
import { isConfined, isPlain, mountsOnly } from './container-cel.ts';
import { newContainers, sandboxOf } from './pod-scope.ts';

const agent = 'variables.agent';

const LAUNCHER = launchCommand([]);

/** CEL that holds for a command that the launcher starts, with something to start. */
const isLaunched = (command: string): string =>
  `${command}.size() > ${LAUNCHER.length} && ${LAUNCHER.map((part, index) => `${command}[${index}] == ${celText(part)}`).join(' && ')}`;

/** A probe that names a host has the node ask another one than the pod. */
const isOwnProbe = (probe: string): string =>
  `!has(${probe}) || ${allOf(
    `!has(${probe}.exec) || (has(${probe}.exec.command) && ${isLaunched(`${probe}.exec.command`)})`,
    `!has(${probe}.httpGet) || (${absent(`${probe}.httpGet`, 'host', 'httpHeaders')})`,
    `!has(${probe}.tcpSocket) || !has(${probe}.tcpSocket.host)`,
    absent(probe, 'grpc'),
  )}`;

const isOwnHook = (hook: string): string =>
  `!has(${hook}) || (has(${hook}.exec) && has(${hook}.exec.command) && ${isLaunched(`${hook}.exec.command`)})`;

const hooks = `!has(${agent}.lifecycle) || ${allOf(
  isOwnHook(`${agent}.lifecycle.postStart`),
  isOwnHook(`${agent}.lifecycle.preStop`),
)}`;

const probes = allOf(
  ...['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) =>
    isOwnProbe(`${agent}.${probe}`),
  ),
);

const reserved = `variable.name.matches(${celText(`(?i)${RESERVED_VARIABLES}`)})`;

const ours = `(has(variable.value) && ((variable.name + '=' + variable.value) in ${celList(
  Object.entries(fixedVariables).map(([name, value]) => `${name}=${value}`),
)} || (variable.name == 'SANDBOX_NAME' && variable.value == variables.sandbox)))`;

const fromSecret = `(has(variable.valueFrom.secretKeyRef) && !variable.valueFrom.secretKeyRef.name.startsWith('${PLATFORM_PREFIX}'))`;

/** The container of the agent: started by the launcher, restricted, with what the sandbox gives it. */
export const agentContainer = ({ agentRegistries }: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-pod-agent',
  ...newContainers,
  variables: { sandbox: sandboxOf('object'), agent: 'object.spec.containers[0]' },
  refusals: [
    {
      code: 'KARS_AGENT_REGISTRY',
      allows: `${celList(agentRegistries)}.exists(registry, ${agent}.image.startsWith(registry + '/'))`,
      message: `the image of the agent is from none of ${agentRegistries.join(', ')}; push it there, or add its registry to admission.agentRegistries of KarsPlatform`,
    },
    {
      code: 'KARS_AGENT_LAUNCHER',
      allows: allOf(`has(${agent}.command) && ${isLaunched(`${agent}.command`)}`, probes, hooks),
      message:
        'the agent, a probe or a hook of it is started by something else than the launcher, or asks another host; deploy the agent with KarsSandbox',
    },
    {
      code: 'KARS_AGENT_ENVIRONMENT',
      allows: `!has(${agent}.env) || ${agent}.env.all(variable, (!${reserved} || ${ours}) && (!has(variable.valueFrom) || ${fromSecret}))`,
      message: `the agent gets a reserved variable with another value, one from elsewhere than a Secret, or one from a Secret of the platform; name Secrets in secrets of KarsSandbox`,
    },
    {
      code: 'KARS_AGENT_SECURITY_CONTEXT',
      allows: allOf(isPlain(agent), isConfined(agent, AGENT_UID), `!has(${agent}.restartPolicy)`),
      message:
        'the container of the agent is not restricted as constructs write it: user, capabilities, read-only root, seccomp, limits, no port of the node; deploy the agent with KarsSandbox',
    },
    {
      code: 'KARS_AGENT_MOUNT',
      allows: mountsOnly(agent, [
        { name: volumeNames.workspace, mountPath: agentDirectories.workspace },
        { name: volumeNames.temporary, mountPath: agentDirectories.temporary },
        { name: volumeNames.launcher, mountPath: LAUNCH_DIR, readOnly: true },
        { name: volumeNames.secrets, mountPath: AGENT_SECRETS_DIR, readOnly: true },
        { name: volumeNames.ca, mountPath: CA_DIR, readOnly: true },
      ]),
      message:
        'the agent mounts what belongs to the sidecars, or something at another place; it has a workspace, temporary files, named secrets and certificates',
    },
  ],
});

import { labels } from '../../../contract/api.ts';
import { takenPorts } from '../../../contract/process.ts';
import { PLATFORM_PREFIX } from '../../../contract/sandbox-names.ts';
import { absent, allOf, isOff } from '../cel.ts';
import type { AdmissionParameters } from '../parameters.ts';
import type { AdmissionPolicy } from '../policy.ts';
import { inOurNamespace, inSandboxNamespace, madeByDeployer } from '../request.ts';

const spec = 'object.spec';

const DECLARE = 'declare who may connect with inbound of KarsSandbox';

/** CEL for the labels that select the pod of the sandbox whose namespace the request is in. */
export const selectsPod = (selector: string): string =>
  `${selector} == {'${labels.sandbox}': request.namespace.substring(${PLATFORM_PREFIX.length}), '${labels.component}': 'sandbox'}`;

/** Services lead to the ports of the agent that `inbound` names, within the cluster, and nowhere else. */
export const services = (parameters: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-services',
  rules: [
    {
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: ['CREATE', 'UPDATE'],
      resources: ['services'],
    },
  ],
  conditions: { ours: inOurNamespace },
  refusals: [
    {
      code: 'KARS_SERVICE_WRITER',
      allows: madeByDeployer(parameters),
      message: `only deployers write Services here; ${DECLARE}`,
    },
    {
      code: 'KARS_SERVICE_EXPOSED',
      allows: allOf(
        inSandboxNamespace,
        `!has(${spec}.type) || ${spec}.type == 'ClusterIP'`,
        absent(spec, 'externalIPs', 'externalName', 'loadBalancerIP', 'loadBalancerClass'),
      ),
      message: `a Service here has an address in the cluster only; ${DECLARE}, and expose a gateway of your own`,
    },
    {
      code: 'KARS_SERVICE_SHAPE',
      allows: allOf(
        `has(${spec}.selector) && ${selectsPod(`${spec}.selector`)}`,
        isOff(spec, 'publishNotReadyAddresses'),
        `has(${spec}.ports) && ${spec}.ports.all(port, port.protocol == 'TCP' && !(port.port in [${takenPorts.join(', ')}]) && (!has(port.targetPort) || port.targetPort == port.port) && !has(port.nodePort))`,
      ),
      message: `a Service here leads to ports of the agent, and to none of a sidecar; ${DECLARE}`,
    },
  ],
});

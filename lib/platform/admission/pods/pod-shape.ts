import { podSecurityContext } from '../../../sandbox/security-context.ts';
import { SERVICE_ACCOUNT } from '../../../sandbox/service-account.ts';
import { absent, allOf, celList, is, isOff } from '../cel.ts';
import type { AdmissionParameters } from '../parameters.ts';
import type { AdmissionPolicy } from '../policy.ts';
import { hasItsContainers, initContainers, isInItsNamespace, newPods } from './pod-scope.ts';

const DEPLOY = 'deploy the agent with KarsSandbox';

/** What webhooks of clouds act on: they would give a token to every container. */
const CLOUD_LABELS = ['azure.workload.identity/use'];

/** The older way to say a profile of AppArmor, or that there is none. */
const APPARMOR = 'container.apparmor.security.beta.kubernetes.io/';

const STATIC_POD = 'kubernetes.io/config.mirror';

const spec = 'object.spec';

const withoutHost = allOf(
  isOff(spec, 'hostNetwork'),
  isOff(spec, 'hostPID'),
  isOff(spec, 'hostIPC'),
  isOff(spec, 'shareProcessNamespace'),
  absent(spec, 'hostAliases', 'nodeName', 'dnsConfig', 'resourceClaims', 'hostname', 'subdomain'),
  absent(spec, 'hostnameOverride', 'readinessGates', 'schedulingGates', 'setHostnameAsFQDN'),
  "!has(object.spec.dnsPolicy) || object.spec.dnsPolicy == 'ClusterFirst'",
  "!has(object.spec.os) || object.spec.os.name == 'linux'",
);

const { fsGroup = 0 } = podSecurityContext;

const confined = `has(${spec}.securityContext) && ${allOf(
  is(`${spec}.securityContext`, 'runAsNonRoot', true),
  is(`${spec}.securityContext`, 'fsGroup', fsGroup),
  `has(${spec}.securityContext.seccompProfile) && ${spec}.securityContext.seccompProfile.type == 'RuntimeDefault'`,
  absent(
    `${spec}.securityContext`,
    'runAsUser',
    'runAsGroup',
    'supplementalGroups',
    'sysctls',
    'seLinuxOptions',
    'windowsOptions',
    'appArmorProfile',
  ),
)}`;

/** What a pod of a sandbox is like as a whole. */
export const podShape = ({ runtimeClasses }: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-pods',
  ...newPods,
  refusals: [
    {
      code: 'KARS_POD_PLACE',
      allows: isInItsNamespace('object'),
      message: `the namespace of a sandbox holds the pods of this sandbox and no others, and no other namespace holds them; ${DEPLOY}, and other pods in a namespace of their own`,
    },
    {
      code: 'KARS_POD_METADATA',
      allows: allOf(
        ...CLOUD_LABELS.map((label) => `!('${label}' in object.metadata.labels)`),
        `!has(object.metadata.annotations) || object.metadata.annotations.all(key, key != '${STATIC_POD}' && !key.startsWith('${APPARMOR}'))`,
      ),
      message: `the pod asks for a cloud identity in every container, chooses a profile of AppArmor, or claims to be a static one; ${DEPLOY}, whose router alone has an identity`,
    },
    {
      code: 'KARS_POD_HOST',
      allows: withoutHost,
      message: `the pod shares namespaces with its node or among its containers, chooses its node, name or DNS, or claims a device; ${DEPLOY}, and choose nodes with scheduling`,
    },
    {
      code: 'KARS_POD_IDENTITY',
      allows: allOf(
        is(spec, 'serviceAccountName', SERVICE_ACCOUNT),
        is(spec, 'automountServiceAccountToken', false),
        is(spec, 'enableServiceLinks', false),
      ),
      message: `the pod has another service account than ${SERVICE_ACCOUNT}, its token, or variables of Services; ${DEPLOY}`,
    },
    {
      code: 'KARS_POD_SECURITY_CONTEXT',
      allows: confined,
      message: `the pod has another security context than that of a sandbox; ${DEPLOY}`,
    },
    {
      code: 'KARS_POD_RUNTIME_CLASS',
      allows: `!has(${spec}.runtimeClassName) || ${spec}.runtimeClassName in ${celList(runtimeClasses)}`,
      message: `the runtime class is not among ${runtimeClasses.join(', ')}; use one of them, or add it to admission.runtimeClasses of KarsPlatform`,
    },
    {
      code: 'KARS_POD_CONTAINERS',
      allows: allOf(absent(spec, 'ephemeralContainers'), hasItsContainers),
      message: `the containers are not ${initContainers.join(', ')} and agent; ${DEPLOY}, and keep injectors of other sidecars away`,
    },
  ],
});

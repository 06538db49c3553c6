import {
  ALLOWLIST_REPOSITORY,
  ALLOWLIST_SIGNERS,
  APPROVAL_CEILING,
  AUDIT_LIMIT,
  AUDIT_RETENTION,
  CONTENT_FLOOR,
  LEARN_CEILING,
  POD_IP_VARIABLE,
  podArguments,
  processes,
  PROVIDER_REACH,
  statusPaths,
  TOKEN_CEILING,
  TRACES,
} from '../../../contract/process.ts';
import {
  PARENT_PROXY,
  PARENT_PROXY_CREDENTIALS,
  PARENT_PROXY_DIR,
} from '../../../contract/parent-proxy.ts';
import {
  CREDENTIALS_DIR,
  DOCUMENTS_DIR,
  IDENTITY_DIR,
  STATE_DIR,
  type Reader,
} from '../../../contract/projection.ts';
import { runtimeSet } from '../../../contract/runtime-set.ts';
import { volumeNames } from '../../../sandbox/volumes.ts';
import { absent, allOf, celList, celText } from '../cel.ts';
import type { AdmissionParameters } from '../parameters.ts';
import type { AdmissionPolicy } from '../policy.ts';
import { beginning, isConfined, isPlain, mountsOnly, type Mount } from './container-cel.ts';
import { hasLimits, limitArguments } from './egress-limits.ts';
import {
  hasCeiling,
  hasCollector,
  hasContentFloor,
  hasParent,
  hasReach,
  hasSigners,
  learnsNoLonger,
  type Ceiling,
} from './sidecar-floors.ts';
import { newContainers, sandboxOf } from './pod-scope.ts';

/** Stands for the name of the sandbox in arguments, and is no name. */
const NAME = '<sandbox>';

const readers = Object.keys(processes) as Reader[];

const variableOf = (reader: Reader): string =>
  `variables.${reader === 'router' ? 'router' : 'egressProxy'}`;

/** CEL for the arguments of a sidecar; a setting for tests is none of them. */
const argumentsOf = (reader: Reader): string =>
  `[${podArguments(reader, NAME)
    .map((argument) => celText(argument).replace(NAME, '" + variables.sandbox + "'))
    .join(', ')}]`;

const mountsOf = (reader: Reader): Mount[] => [
  { name: volumeNames.documents, mountPath: DOCUMENTS_DIR, readOnly: true },
  { name: volumeNames.state, mountPath: STATE_DIR, subPath: reader },
  ...(reader === 'router'
    ? [
        { name: volumeNames.credentials, mountPath: CREDENTIALS_DIR, readOnly: true },
        { name: volumeNames.identity, mountPath: IDENTITY_DIR, readOnly: true },
      ]
    : [{ name: volumeNames.approvals, mountPath: runtimeSet.directory, readOnly: true }]),
  { name: volumeNames.parentProxy, mountPath: PARENT_PROXY_DIR, readOnly: true },
];

const asks = (probe: string, reader: Reader, path: string): string =>
  `has(${probe}) && has(${probe}.httpGet) && ${probe}.httpGet.path == '${path}' && ${probe}.httpGet.port == ${processes[reader].statusPort} && ${absent(`${probe}.httpGet`, 'host', 'httpHeaders')}`;

/** Beginnings of the arguments that differ from sandbox to sandbox. */
const floorsOf = (
  reader: Reader,
  {
    loosestEgressMode,
    parentProxies,
    providerReach,
    network: { traceCollector },
  }: Pick<AdmissionParameters, 'loosestEgressMode' | 'network' | 'parentProxies' | 'providerReach'>,
): readonly string[] => [
  AUDIT_LIMIT,
  AUDIT_RETENTION,
  ...(parentProxies.length === 0 ? [] : [PARENT_PROXY, PARENT_PROXY_CREDENTIALS]),
  ...(reader === 'router'
    ? [
        TOKEN_CEILING,
        CONTENT_FLOOR,
        ...(providerReach.length === 0 ? [] : [PROVIDER_REACH]),
        ...(traceCollector === undefined ? [] : [TRACES]),
      ]
    : [APPROVAL_CEILING, ALLOWLIST_SIGNERS, ALLOWLIST_REPOSITORY, ...limitArguments]),
  ...(reader === 'egress-proxy' && loosestEgressMode === 'Learn' ? [LEARN_CEILING] : []),
];

function shapeOf(
  reader: Reader,
  floors: readonly string[],
  ceiling: Ceiling,
  ...more: readonly string[]
): string {
  const container = variableOf(reader);
  return allOf(
    absent(container, 'command', 'lifecycle', 'workingDir'),
    `has(${container}.args) && ${beginning(container, floors, false)} == ${argumentsOf(reader)}`,
    hasCeiling(container, reader, ceiling),
    ...more,
    `has(${container}.restartPolicy) && ${container}.restartPolicy == 'Always'`,
    `has(${container}.env) && ${container}.env.all(variable, variable.name == '${POD_IP_VARIABLE}' && has(variable.valueFrom) && has(variable.valueFrom.fieldRef) && variable.valueFrom.fieldRef.fieldPath == 'status.podIP')`,
    asks(`${container}.startupProbe`, reader, statusPaths.ready),
    asks(`${container}.readinessProbe`, reader, statusPaths.ready),
    asks(`${container}.livenessProbe`, reader, statusPaths.live),
    isPlain(container),
    isConfined(container, processes[reader].uid),
    mountsOnly(container, mountsOf(reader)),
  );
}

const SHAPE = {
  router: 'KARS_ROUTER_SHAPE',
  'egress-proxy': 'KARS_PROXY_SHAPE',
} as const;

/** The sidecars: an accepted image, with the arguments, variables and mounts that constructs write. */
export const sidecarContainers = ({
  images,
  contentSafety,
  maxTokensPerRequest,
  longestApproval,
  allowlistSigners,
  loosestEgressMode,
  longestLearning,
  loosestEgressLimits,
  parentProxies,
  providerReach,
  network,
}: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-pod-sidecars',
  ...newContainers,
  variables: {
    sandbox: sandboxOf('object'),
    ...Object.fromEntries(
      readers.map((reader) => [
        variableOf(reader).replace('variables.', ''),
        `object.spec.initContainers.filter(container, container.name == '${reader}')[0]`,
      ]),
    ),
  },
  refusals: readers.flatMap((reader) => [
    {
      code: 'KARS_SIDECAR_IMAGE' as const,
      allows: `${variableOf(reader)}.image in ${celList(images[reader])}`,
      message: `the container ${reader} has another image than ${images[reader].join(' or ')}; deploy with the images of the platform, or give the platform those of the next release first`,
    },
    {
      code: SHAPE[reader],
      allows: shapeOf(
        reader,
        floorsOf(reader, { loosestEgressMode, parentProxies, providerReach, network }),
        reader === 'router'
          ? { most: maxTokensPerRequest, isRequired: maxTokensPerRequest !== undefined }
          : { most: longestApproval, isRequired: false },
        hasParent(variableOf(reader), parentProxies),
        ...(reader === 'router'
          ? [
              hasReach(variableOf(reader), providerReach),
              hasCollector(variableOf(reader), network.traceCollector),
              hasContentFloor(variableOf(reader), contentSafety),
            ]
          : [
              hasSigners(variableOf(reader), allowlistSigners),
              hasLimits(variableOf(reader), loosestEgressLimits),
            ]),
      ),
      message: `the container ${reader} is not as constructs write it: arguments with the floors of the platform, variables, probes, mounts and security context; deploy the agent with KarsSandbox`,
    },
    ...(reader === 'egress-proxy' && loosestEgressMode === 'Learn'
      ? [
          {
            code: 'KARS_PROXY_LEARNS' as const,
            allows: learnsNoLonger(variableOf(reader), longestLearning),
            message: `the egress proxy may learn for longer than ${longestLearning} seconds after its pod is made; end it earlier, or raise admission.longestLearning of KarsPlatform`,
          },
        ]
      : []),
  ]),
});

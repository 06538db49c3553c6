import {
  ALLOWLIST_REPOSITORY,
  ALLOWLIST_SIGNERS,
  APPROVAL_CEILING,
  AUDIT_LIMIT,
  AUDIT_RETENTION,
  LEARN_CEILING,
  POD_IP_VARIABLE,
  podArguments,
  processes,
  statusPaths,
  TOKEN_CEILING,
} from '../../../contract/process.ts';
import {
  PARENT_PROXY,
  PARENT_PROXY_CREDENTIALS,
  PARENT_PROXY_DIR,
} from '../../../contract/parent-proxy.ts';
import {
  CREDENTIALS_DIR,
  DOCUMENTS_DIR,
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
  reader === 'router'
    ? { name: volumeNames.credentials, mountPath: CREDENTIALS_DIR, readOnly: true }
    : { name: volumeNames.approvals, mountPath: runtimeSet.directory, readOnly: true },
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
  }: Pick<AdmissionParameters, 'loosestEgressMode' | 'parentProxies'>,
): readonly string[] => [
  AUDIT_LIMIT,
  AUDIT_RETENTION,
  ...(parentProxies.length === 0 ? [] : [PARENT_PROXY, PARENT_PROXY_CREDENTIALS]),
  ...(reader === 'router'
    ? [TOKEN_CEILING]
    : [APPROVAL_CEILING, ALLOWLIST_SIGNERS, ALLOWLIST_REPOSITORY, ...limitArguments]),
  ...(reader === 'egress-proxy' && loosestEgressMode === 'Learn' ? [LEARN_CEILING] : []),
];

/** CEL that holds when the signers are one of those of the platform; both arguments, or none where it names nobody. */
function hasSigners(container: string, accepted: readonly string[]): string {
  const signers = beginning(container, [ALLOWLIST_SIGNERS]);
  const repositories = beginning(container, [ALLOWLIST_REPOSITORY]);
  return allOf(
    `${signers}.size() ${accepted.length > 0 ? '==' : '<='} 1`,
    `${signers}.size() == ${repositories}.size()`,
    ...(accepted.length > 0
      ? [
          `${signers}.all(argument, argument in ${celList(accepted.map((text) => `${ALLOWLIST_SIGNERS}${text}`))})`,
        ]
      : []),
  );
}

/** CEL that holds when a sidecar has none of the parent proxies, or one. */
function hasParent(container: string, accepted: readonly string[]): string {
  if (accepted.length === 0) return 'true';
  const given = beginning(container, [PARENT_PROXY]);
  const credentials = beginning(container, [PARENT_PROXY_CREDENTIALS]);
  return allOf(
    `${given}.size() <= 1`,
    `${given}.all(argument, argument in ${celList(accepted.map((text) => `${PARENT_PROXY}${text}`))})`,
    `${credentials}.all(argument, argument == '${PARENT_PROXY_CREDENTIALS}')`,
  );
}

/** The argument of each sidecar that its documents may not go above. */
const CEILINGS: Readonly<Record<Reader, string>> = {
  router: TOKEN_CEILING,
  'egress-proxy': APPROVAL_CEILING,
};

/** The ceilings of the platform, and whether a sidecar without one has none at all. */
interface Ceiling {
  readonly most: number | undefined;
  /** Without the argument the router bounds nothing, and the egress proxy takes no approval. */
  readonly isRequired: boolean;
}

/** CEL that holds for a sidecar whose ceiling is no higher than that of the platform. */
function hasCeiling(container: string, reader: Reader, { most, isRequired }: Ceiling): string {
  const ceilings = `${container}.args.filter(argument, argument.startsWith('${CEILINGS[reader]}'))`;
  const isOne = `${ceilings}.size() ${isRequired ? '==' : '<='} 1`;
  return most === undefined
    ? isOne
    : `${isOne} && ${ceilings}.all(argument, int(argument.substring(${CEILINGS[reader].length})) <= ${most})`;
}

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
  maxTokensPerRequest,
  longestApproval,
  allowlistSigners,
  loosestEgressMode,
  loosestEgressLimits,
  parentProxies,
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
        floorsOf(reader, { loosestEgressMode, parentProxies }),
        reader === 'router'
          ? { most: maxTokensPerRequest, isRequired: maxTokensPerRequest !== undefined }
          : { most: longestApproval, isRequired: false },
        hasParent(variableOf(reader), parentProxies),
        ...(reader === 'router'
          ? []
          : [
              hasSigners(variableOf(reader), allowlistSigners),
              hasLimits(variableOf(reader), loosestEgressLimits),
            ]),
      ),
      message: `the container ${reader} is not as constructs write it: arguments with the floors of the platform, variables, probes, mounts and security context; deploy the agent with KarsSandbox`,
    },
  ]),
});

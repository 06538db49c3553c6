import { azureClouds } from '../../../contract/azure-cloud.ts';
import { projection } from '../../../contract/projection.ts';
import { runtimeSet } from '../../../contract/runtime-set.ts';
import { PLATFORM_PREFIX } from '../../../contract/sandbox-names.ts';
import { STATE_CLAIM, volumeNames } from '../../../sandbox/volumes.ts';
import { WORKSPACE_CLAIM } from '../../../sandbox/agent-volumes.ts';
import { celList } from '../cel.ts';
import type { AdmissionPolicy } from '../policy.ts';
import { newPods } from './pod-scope.ts';

const bounded = 'has(volume.emptyDir) && has(volume.emptyDir.sizeLimit)';

const claim = (test: string): string =>
  `(has(volume.persistentVolumeClaim) && ${test.replaceAll('NAME', 'volume.persistentVolumeClaim.claimName')})`;

const projected = (test: string): string =>
  `has(volume.projected) && volume.projected.sources.all(source, ${test})`;

const isOthers = (name: string): string => `!${name}.startsWith('${PLATFORM_PREFIX}')`;

const documents = celList(Object.values(projection).map(({ configMap }) => configMap));

/** A token for anybody else, the API server above all, has no place in a pod. */
const audiences = Object.values(azureClouds).map(({ audience }) => audience);

/** What each volume may be, by its name. */
const kinds: Readonly<Record<keyof typeof volumeNames, string>> = {
  documents: projected(`has(source.configMap) && source.configMap.name in ${documents}`),
  approvals: projected(
    `has(source.configMap) && source.configMap.name in ${celList([runtimeSet.granted, runtimeSet.declared])}`,
  ),
  credentials: projected('has(source.secret)'),
  identity: projected(
    `has(source.serviceAccountToken) && has(source.serviceAccountToken.audience) && source.serviceAccountToken.audience in ${celList(audiences)} && (!has(source.serviceAccountToken.expirationSeconds) || source.serviceAccountToken.expirationSeconds <= 3600)`,
  ),
  parentProxy: projected('has(source.secret)'),
  state: `(${bounded}) || ${claim(`NAME == '${STATE_CLAIM}'`)}`,
  workspace: `(${bounded}) || ${claim(`(NAME == '${WORKSPACE_CLAIM}' || ${isOthers('NAME')})`)}`,
  temporary: bounded,
  hardening:
    "has(volume.configMap) && volume.configMap.name.matches('^kars-hardening-[0-9a-f]{12}$')",
  launcher: bounded,
  guardRun: bounded,
  secrets: projected(`has(source.secret) && ${isOthers('source.secret.name')}`),
  ca: `has(volume.configMap) && ${isOthers('volume.configMap.name')}`,
};

const isKnown = Object.entries(volumeNames)
  .map(([key, name]) => `(volume.name == '${name}' && (${kinds[key as keyof typeof volumeNames]}))`)
  .join(' || ');

const named = (volume: string): string =>
  `object.spec.volumes.filter(volume, volume.name == '${volume}')`;

/** CEL for the names of the Secrets in a projected volume. */
const secretsIn = (volume: string): string =>
  `(${named(volume)}.size() == 0 ? [] : ${named(volume)}[0].projected.sources.map(source, source.secret.name))`;

/** CEL for the names of the Secrets in variables of the agent. */
const secretsInVariables =
  'object.spec.containers.map(container, has(container.env) ? container.env : [])[0].filter(variable, has(variable.valueFrom) && has(variable.valueFrom.secretKeyRef)).map(variable, variable.valueFrom.secretKeyRef.name)';

/** The volumes of a pod of a sandbox. */
export const podVolumes = (): AdmissionPolicy => ({
  name: 'kars-pod-volumes',
  ...newPods,
  refusals: [
    {
      code: 'KARS_POD_VOLUME',
      allows: `has(object.spec.volumes) && object.spec.volumes.all(volume, ${isKnown})`,
      message: `a volume is none that a sandbox has, or is not what it is there: no path of the node, token, driver, unbounded directory, or claim and Secret of the platform; deploy the agent with KarsSandbox`,
    },
    {
      code: 'KARS_POD_SECRET_OF_PROVIDER',
      allows: `object.spec.volumes.exists(volume, volume.name in ['${volumeNames.credentials}', '${volumeNames.parentProxy}']) ? (${secretsIn(volumeNames.secrets)} + ${secretsInVariables}).all(name, !(name in ${secretsIn(volumeNames.credentials)}) && !(name in ${secretsIn(volumeNames.parentProxy)})) : true`,
      message:
        'the agent gets a Secret that holds the credential of a model provider or of the parent proxy; keep what the agent needs in a Secret of its own',
    },
  ],
});

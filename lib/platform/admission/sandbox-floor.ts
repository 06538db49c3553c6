import { GROUP, VERSION } from '../../contract/api.ts';
import { karsSandbox } from '../../contract/kinds/kars-sandbox/index.ts';
import { PLATFORM_PREFIX } from '../../contract/sandbox-names.ts';
import { reservedNamespaces } from '../../sandbox/names.ts';
import { celList } from './cel.ts';
import { isolationLevels } from './floors.ts';
import type { AdmissionParameters } from './parameters.ts';
import type { AdmissionPolicy } from './policy.ts';

const DEFAULT_ISOLATION = 'enhanced';

/** What no KarsSandbox goes below, whoever writes it. */
export const sandboxFloor = ({
  lowestIsolation,
  loosestEgressMode,
  agentRegistries,
}: AdmissionParameters): AdmissionPolicy => {
  const levels = isolationLevels.slice(isolationLevels.indexOf(lowestIsolation));
  const modes = loosestEgressMode === 'Strict' ? ['Strict'] : ['Strict', 'Learn'];
  return {
    name: 'kars-sandbox-floor',
    rules: [
      {
        apiGroups: [GROUP],
        apiVersions: [VERSION],
        operations: ['CREATE', 'UPDATE'],
        resources: [karsSandbox.plural],
      },
    ],
    conditions: {},
    variables: {
      isolation: `has(object.spec.sandbox) && has(object.spec.sandbox.isolation) ? object.spec.sandbox.isolation : '${DEFAULT_ISOLATION}'`,
      mode: `has(object.spec.networkPolicy) && has(object.spec.networkPolicy.learn) ? 'Learn' : has(object.spec.networkPolicy) && has(object.spec.networkPolicy.egressMode) ? object.spec.networkPolicy.egressMode : 'Strict'`,
    },
    refusals: [
      {
        code: 'KARS_SANDBOX_RESERVED',
        allows: `!('${PLATFORM_PREFIX}' + object.metadata.name in ${celList(reservedNamespaces)})`,
        message: 'the namespace of a sandbox with this name belongs to the platform; take another',
      },
      {
        code: 'KARS_SANDBOX_ISOLATION',
        allows: `variables.isolation in ${celList(levels)}`,
        message: `spec.sandbox.isolation is below the floor of the platform; set ${levels.join(' or ')}`,
      },
      {
        code: 'KARS_SANDBOX_EGRESS_MODE',
        allows: `variables.mode in ${celList(modes)}`,
        message: `spec.networkPolicy.egressMode is below the floor of the platform; set ${modes.join(' or ')}${loosestEgressMode === 'Strict' ? ', and leave spec.networkPolicy.learn out' : ''}`,
      },
      {
        code: 'KARS_SANDBOX_REGISTRY',
        allows: `!has(object.spec.runtime.byo) || !has(object.spec.runtime.byo.image) || ${celList(agentRegistries)}.exists(registry, object.spec.runtime.byo.image.startsWith(registry + '/'))`,
        message: `spec.runtime.byo.image is from none of ${agentRegistries.join(', ')}; push it there, or add its registry to admission.agentRegistries of KarsPlatform`,
      },
    ],
  };
};

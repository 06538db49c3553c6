import { annotations } from '../../contract/api.ts';
import { isEnforcedInCluster } from '../../contract/enforcement.ts';
import { fieldsOf, formatPath } from '../../contract/fields.ts';
import type { KindDefinition } from '../../contract/kind.ts';
import { egressApproval } from '../../contract/kinds/egress-approval/index.ts';
import { kinds } from '../../contract/kinds/index.ts';
import { karsSandbox } from '../../contract/kinds/kars-sandbox/index.ts';
import type { KubernetesObject } from '../../private/manifest.ts';
import { warningPolicy } from './warning-policy.ts';

/** Whether nothing in a cluster acts on any field of a kind. */
export const needsOperator = (definition: KindDefinition): boolean =>
  !fieldsOf(definition).some(({ path }) => isEnforcedInCluster(definition.kind, formatPath(path)));

const isRealized = `has(object.metadata.annotations) && '${annotations.realized}' in object.metadata.annotations`;

/** Policies that warn of a resource which only an operator would act on, since no release has one yet. */
export const operatorWarnings = (): KubernetesObject[] => [
  ...kinds.filter(needsOperator).flatMap((definition) =>
    warningPolicy(`kars-operator-${definition.plural}`, definition, [
      {
        expression: 'false',
        message: `nothing acts on a ${definition.kind} in this release: it needs an operator, and there is none`,
      },
    ]),
  ),
  ...unlessRealized(
    karsSandbox,
    'nothing runs because of a KarsSandbox alone: synthesize it, and apply the objects that it implies with it',
  ),
  ...unlessRealized(
    egressApproval,
    'nothing opens because of an EgressApproval alone: use kars egress approve, or synthesize it',
  ),
];

const unlessRealized = (definition: KindDefinition, message: string): KubernetesObject[] =>
  warningPolicy(`kars-operator-${definition.plural}`, definition, [
    { expression: isRealized, message },
  ]);

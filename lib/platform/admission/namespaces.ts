import { annotations, labels } from '../../contract/api.ts';
import { PLATFORM_NAMESPACE, platformNamespaces } from '../../contract/platform-names.ts';
import { PLATFORM_PREFIX } from '../../contract/sandbox-names.ts';
import { reservedNamespaces } from '../../sandbox/names.ts';
import { namespace } from '../../sandbox/service-account.ts';
import { allOf, celList, celText } from './cel.ts';
import type { AdmissionParameters } from './parameters.ts';
import type { AdmissionPolicy } from './policy.ts';
import { madeBy } from './request.ts';

/** Labels that policies select namespaces, pods and objects by. */
const SELECTED = [labels.role, labels.sandbox, labels.component];

const PSA = 'pod-security.kubernetes.io/enforce';

const labelsOf = (object: string): string =>
  `(has(${object}.metadata.labels) ? ${object}.metadata.labels : {})`;

const ownerOf = (object: string): string =>
  `(has(${object}.metadata.annotations) && '${annotations.ownerNamespace}' in ${object}.metadata.annotations ? ${object}.metadata.annotations['${annotations.ownerNamespace}'] : '')`;

/** What constructs write, of which the name of the sandbox is compared by itself. */
const written = Object.entries(namespace('', '').metadata?.labels ?? {}).filter(
  ([key]) => key !== labels.sandbox,
);

const hasItsLabels = allOf(
  `'${labels.sandbox}' in variables.labels && object.metadata.name == '${PLATFORM_PREFIX}' + variables.labels['${labels.sandbox}']`,
  ...written.map(
    ([key, value]) =>
      `'${key}' in variables.labels && variables.labels['${key}'] == ${celText(value)}`,
  ),
);

/** Labels that decide what a namespace is, and what it admits. */
const DECIDING = [...new Set([...SELECTED, ...written.map(([key]) => key)])];

/** Tools of a cluster note things on every namespace; what decides nothing is theirs. */
const decidesNothing = `request.operation == 'UPDATE' && ${ownerOf('object')} == ${ownerOf('oldObject')} && ${celList(DECIDING)}.all(key, (key in variables.labels) == (key in variables.before) && (!(key in variables.labels) || variables.labels[key] == variables.before[key]))`;

/**
 * Whose a namespace is stands in its name, and name and labels agree: no label makes a namespace one of
 * ours that was not made as one, and none leaves.
 */
export const namespaces = (parameters: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-namespaces',
  rules: [
    {
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: ['CREATE', 'UPDATE'],
      resources: ['namespaces'],
    },
  ],
  conditions: {
    ours: `object.metadata.name.startsWith('${PLATFORM_PREFIX}') || ${celList(SELECTED)}.exists(label, label in ${labelsOf('object')})`,
  },
  variables: {
    labels: labelsOf('object'),
    before: `oldObject == null ? {} : ${labelsOf('oldObject')}`,
    platform: `object.metadata.name in ${celList(platformNamespaces)}`,
    decidesNothing,
    sandbox: `object.metadata.name.startsWith('${PLATFORM_PREFIX}') && !variables.platform`,
  },
  refusals: [
    {
      code: 'KARS_NAMESPACE_RESERVED',
      allows: `!variables.sandbox || !(object.metadata.name in ${celList(reservedNamespaces)})`,
      message: 'the name belongs to the platform; give the sandbox another name',
    },
    {
      code: 'KARS_NAMESPACE_FOREIGN',
      allows: `variables.platform || variables.sandbox || !${celList(SELECTED)}.exists(label, label in variables.labels)`,
      message: `the labels ${SELECTED.join(', ')} are for namespaces of sandboxes, whose names begin with ${PLATFORM_PREFIX}; leave them out`,
    },
    {
      code: 'KARS_NAMESPACE_WRITER',
      allows: `variables.decidesNothing || (variables.sandbox ? ${madeBy('deployers', parameters)} : (!variables.platform || ${madeBy('platformDeployers', parameters)}))`,
      message: `only deployers write namespaces whose names begin with ${PLATFORM_PREFIX}; apply the sandbox as one of them, or take another name`,
    },
    {
      code: 'KARS_NAMESPACE_LABELS',
      allows: `!variables.sandbox || variables.decidesNothing || (${hasItsLabels} && ${ownerOf('object')} != '')`,
      message:
        'name, labels and owner of the namespace of a sandbox agree, as constructs write them; let its manifest make the namespace, and not a tool before it',
    },
    {
      code: 'KARS_NAMESPACE_ADOPTED',
      allows: `!variables.sandbox || variables.decidesNothing || request.operation == 'CREATE' || ('${labels.role}' in ${labelsOf('oldObject')} && ${ownerOf('oldObject')} == ${ownerOf('object')})`,
      message:
        'a namespace that is there is not made that of a sandbox, and stays with its owner; delete it first, or take another name for the sandbox',
    },
    {
      code: 'KARS_NAMESPACE_PLATFORM',
      allows: `object.metadata.name != '${PLATFORM_NAMESPACE}' || ('${PSA}' in variables.labels && variables.labels['${PSA}'] == 'restricted' && !('${labels.role}' in variables.labels))`,
      message: `${PLATFORM_NAMESPACE} keeps the Pod Security Standard restricted, and is no namespace of a sandbox`,
    },
  ],
});

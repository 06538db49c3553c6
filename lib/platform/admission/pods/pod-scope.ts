import { labels } from '../../../contract/api.ts';
import { PLATFORM_PREFIX } from '../../../contract/sandbox-names.ts';
import { processes } from '../../../contract/process.ts';
import { allOf, celList, isOff } from '../cel.ts';
import type { AdmissionPolicy } from '../policy.ts';
import { inSandboxNamespace } from '../request.ts';

const labelled = (object: string, label: string): string =>
  `(has(${object}.metadata.labels) && '${label}' in ${object}.metadata.labels)`;

/** CEL that holds for pods of a sandbox: those in its namespace, and those elsewhere that carry its labels. */
export const isSandboxPod = `${inSandboxNamespace} || ${labelled('object', labels.sandbox)} || (${labelled('object', labels.component)} && object.metadata.labels['${labels.component}'] == 'sandbox')`;

/** Rules and conditions of the policies that say what a new pod of a sandbox is like. */
export const newPods = {
  rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }],
  conditions: { sandbox: isSandboxPod },
} satisfies Pick<AdmissionPolicy, 'rules' | 'conditions'>;

/** CEL that holds for a pod with both labels, in the namespace of its sandbox. */
export const isInItsNamespace = (object: string): string =>
  allOf(
    labelled(object, labels.sandbox),
    labelled(object, labels.component),
    `${object}.metadata.labels['${labels.component}'] == 'sandbox'`,
    `request.namespace == '${PLATFORM_PREFIX}' + ${object}.metadata.labels['${labels.sandbox}']`,
    inSandboxNamespace,
  );

/** Names of the containers that start before the agent, in their order. */
export const initContainers = ['egress-guard', ...Object.keys(processes).toReversed()];

/** CEL that holds for a pod with exactly the containers of a sandbox. */
export const hasItsContainers = allOf(
  `has(object.spec.initContainers) && object.spec.initContainers.map(container, container.name) == ${celList(initContainers)}`,
  "object.spec.containers.map(container, container.name) == ['agent']",
);

/**
 * The same for the policies about one container. They leave a pod that is wrong as a whole to the policy
 * about that, whose message tells more.
 */
export const newContainers = {
  ...newPods,
  conditions: {
    ...newPods.conditions,
    place: isInItsNamespace('object'),
    // On the network of the node, every port of a container becomes one of the node.
    network: isOff('object.spec', 'hostNetwork'),
    containers: hasItsContainers,
  },
} satisfies Pick<AdmissionPolicy, 'rules' | 'conditions'>;

/** CEL for the name of the sandbox that a pod says it belongs to; `''` when it says nothing. */
export const sandboxOf = (object: string): string =>
  `(${labelled(object, labels.sandbox)} ? ${object}.metadata.labels['${labels.sandbox}'] : '')`;

import { labels } from '../../contract/api.ts';
import { PLATFORM_PREFIX } from '../../contract/sandbox-names.ts';
import { runtimeSet } from '../../contract/runtime-set.ts';
import { allOf } from './cel.ts';
import type { AdmissionParameters } from './parameters.ts';
import type { AdmissionPolicy } from './policy.ts';
import { inOurNamespace, madeBy, madeByCollector, madeByDeployer } from './request.ts';

const isOurs = (object: string): string =>
  `(${object} != null && (${object}.metadata.name.startsWith('${PLATFORM_PREFIX}') || (has(${object}.metadata.labels) && '${labels.sandbox}' in ${object}.metadata.labels)))`;

/** Operators write what approvals there are, and no label or annotation that says how far they go. */
const isApproval = (parameters: AdmissionParameters): string =>
  allOf(
    "request.operation == 'UPDATE'",
    `object.metadata.name == '${runtimeSet.granted}'`,
    madeBy('operators', parameters),
    ...['labels', 'annotations', 'ownerReferences', 'finalizers'].map((member) =>
      unchanged(`metadata.${member}`),
    ),
    unchanged('immutable'),
  );

const unchanged = (member: string): string =>
  `(has(object.${member}) == has(oldObject.${member}) && (!has(object.${member}) || object.${member} == oldObject.${member}))`;

/** Documents and packet rules are ConfigMaps: only deployers write them, and operators what they approve. */
export const configMaps = (parameters: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-config-maps',
  rules: [
    {
      apiGroups: [''],
      apiVersions: ['v1'],
      operations: ['CREATE', 'UPDATE', 'DELETE'],
      resources: ['configmaps'],
    },
  ],
  conditions: {
    ours: `${inOurNamespace} && (${isOurs('object')} || ${isOurs('oldObject')})`,
  },
  refusals: [
    {
      code: 'KARS_CONFIG_MAP_WRITER',
      allows: `${madeByCollector} || ${madeByDeployer(parameters)} || (${isApproval(parameters)})`,
      message:
        'only deployers write this ConfigMap, and operators the data of kars-approvals; apply it as one of them, or give yours a name that does not begin with kars- and no label of a sandbox',
    },
  ],
});

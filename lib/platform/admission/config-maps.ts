import { labels } from '../../contract/api.ts';
import { PLATFORM_PREFIX } from '../../contract/sandbox-names.ts';
import type { AdmissionParameters } from './parameters.ts';
import type { AdmissionPolicy } from './policy.ts';
import { inOurNamespace, madeByCollector, madeByDeployer } from './request.ts';

const isOurs = (object: string): string =>
  `(${object} != null && (${object}.metadata.name.startsWith('${PLATFORM_PREFIX}') || (has(${object}.metadata.labels) && '${labels.sandbox}' in ${object}.metadata.labels)))`;

/** Documents and packet rules are ConfigMaps: only deployers write them. */
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
      allows: `${madeByCollector} || ${madeByDeployer(parameters)}`,
      message:
        'only deployers write this ConfigMap; apply it as one of them, or give yours a name that does not begin with kars- and no label of a sandbox',
    },
  ],
});

import { GROUP, VERSION } from '../../contract/api.ts';
import { contentCategories, severities } from '../../contract/kinds/content-safety.ts';
import { inferencePolicy } from '../../contract/kinds/inference-policy.ts';
import { celList } from './cel.ts';
import type { AdmissionParameters } from './parameters.ts';
import type { AdmissionPolicy, Refusal } from './policy.ts';

const spec = 'object.spec';

/** What is absent counts as the weakest. */
function contentRefusals({ contentSafety }: AdmissionParameters): Refusal[] {
  const path = `${spec}.contentSafety`;
  const audit: Refusal = {
    code: 'KARS_POLICY_CONTENT_SAFETY',
    allows: `!has(${path}) || !has(${path}.streaming) || ${path}.streaming != 'Audit'`,
    message: `spec.contentSafety.streaming is Audit, by which everything passes, and the platform has a floor; set Window or Buffer`,
  };
  const floors = contentCategories.flatMap((category): Refusal[] => {
    const highest = contentSafety[category];
    if (highest === undefined) return [];
    const passing = severities.slice(0, severities.indexOf(highest) + 1);
    return [
      {
        code: 'KARS_POLICY_CONTENT_SAFETY',
        allows: `has(${path}) && has(${path}.${category}) && ${path}.${category} in ${celList(passing)}`,
        message: `spec.contentSafety.${category} is absent or lets more pass than the floor of the platform; set ${passing.join(' or ')}`,
      },
    ];
  });
  return floors.length === 0 ? [] : [...floors, audit];
}

function tokenRefusals({ maxTokensPerRequest }: AdmissionParameters): Refusal[] {
  if (maxTokensPerRequest === undefined) return [];
  const path = `${spec}.tokenBudget`;
  return [
    {
      code: 'KARS_POLICY_TOKENS',
      allows: `has(${path}) && has(${path}.perRequestTokens) && ${path}.perRequestTokens != null && ${path}.perRequestTokens <= ${maxTokensPerRequest}`,
      message: `spec.tokenBudget.perRequestTokens is absent or above the ${maxTokensPerRequest} of the platform; set it to at most that`,
    },
  ];
}

/** What no InferencePolicy goes below; nothing without floors. */
export const inferenceFloor = (parameters: AdmissionParameters): AdmissionPolicy => ({
  name: 'kars-inference-floor',
  rules: [
    {
      apiGroups: [GROUP],
      apiVersions: [VERSION],
      operations: ['CREATE', 'UPDATE'],
      resources: [inferencePolicy.plural],
    },
  ],
  conditions: {},
  refusals: [...contentRefusals(parameters), ...tokenRefusals(parameters)],
});

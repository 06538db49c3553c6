import { configMaps } from './config-maps.ts';
import type { AdmissionParameters } from './parameters.ts';
import type { AdmissionPolicy } from './policy.ts';

/** Every admission policy that refuses. */
export const admissionPolicies = (parameters: AdmissionParameters): readonly AdmissionPolicy[] =>
  [configMaps].map((policy) => policy(parameters));

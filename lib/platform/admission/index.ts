import { configMaps } from './config-maps.ts';
import type { AdmissionParameters } from './parameters.ts';
import type { AdmissionPolicy } from './policy.ts';
import { workloads } from './workloads.ts';

/** Every admission policy that refuses. */
export const admissionPolicies = (parameters: AdmissionParameters): readonly AdmissionPolicy[] =>
  [configMaps, workloads].map((policy) => policy(parameters));

import type { Job } from 'kubernetes-types/batch/v1.js';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { ApplicableObject } from '../client.ts';

/** A workload whose router finds a provider at an address: there is no DNS in the cluster of the tests. */
export function withProviderAt(
  object: ApplicableObject,
  provider: string,
  endpoint: string,
): ApplicableObject {
  if (object.kind !== 'Deployment' && object.kind !== 'Job') return object;
  const owner = structuredClone(object) as unknown as Deployment | Job;
  const pod = owner.spec?.template.spec;
  const router = pod?.initContainers?.find(({ name }) => name === 'router');
  router?.args?.push(`--provider-endpoint=${provider}=${endpoint}`);
  return owner as unknown as ApplicableObject;
}

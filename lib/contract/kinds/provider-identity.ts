import * as z from 'zod';
import { azureClouds, azureCloudNames, azureTokenPlace } from '../azure-cloud.ts';
import type { Problem } from '../problem.ts';

const uuid = z
  .string()
  .max(36)
  .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);

/** An identity of Entra that trusts the service account of the sandbox. */
export const workloadIdentity = z.strictObject({
  tenantId: uuid.describe('Tenant of the identity, a UUID in lower case.'),
  clientId: uuid.describe('Client id of the identity, a UUID in lower case.'),
});

/** An identity of Entra that trusts the service account of the sandbox. */
export type WorkloadIdentity = z.output<typeof workloadIdentity>;

/** An identity of Entra that the nodes have. */
export const managedIdentity = z.strictObject({
  clientId: uuid.describe('Client id of the identity, a UUID in lower case.'),
});

/** An identity of Entra that the nodes have. */
export type ManagedIdentity = z.output<typeof managedIdentity>;

/** What is wrong with the place that a token would be sent to. */
export const identityProblems = (
  {
    endpoint,
    workloadIdentity: exchanged,
    managedIdentity: ofNode,
  }: { endpoint: string; workloadIdentity?: unknown; managedIdentity?: unknown },
  index: number,
): Problem[] =>
  (exchanged === undefined && ofNode === undefined) || azureTokenPlace(endpoint) !== undefined
    ? []
    : [
        {
          path: `spec.providers[${index}].endpoint`,
          code: 'KARS_PROVIDER_IDENTITY',
          message: `got ${JSON.stringify(endpoint)}, which no token of Entra is sent to; supply an https URL without a port, of a host below ${hosts.join(', ')}, or a credential in a Secret`,
        },
      ];

const hosts = azureCloudNames.flatMap((name) => azureClouds[name].hosts);

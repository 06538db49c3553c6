import type { WorkloadIdentity } from '../contract/kinds/provider-identity.ts';

/** An identity of Entra that a model provider in Azure is called with, in place of a key that somebody has to keep. */
export class AzureIdentity {
  /**
   * One that trusts the service account of the sandbox: the router exchanges a token of that account, which
   * no other container has, for one of the provider. Its federated credential has the issuer of the cluster
   * and the subject that `KarsSandbox.tokenSubject` says.
   *
   * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation
   */
  static workload(props: {
    /** Tenant of the identity. */
    readonly tenantId: string;
    /** Client id of the identity, of an application or user-assigned. */
    readonly clientId: string;
  }): AzureIdentity {
    const { tenantId, clientId } = props;
    return new AzureIdentity({
      tenantId: tenantId.toLowerCase(),
      clientId: clientId.toLowerCase(),
    });
  }

  /** As the custom resource carries it. */
  readonly spec: { readonly workloadIdentity: WorkloadIdentity };

  private constructor(workloadIdentity: WorkloadIdentity) {
    this.spec = { workloadIdentity };
  }
}

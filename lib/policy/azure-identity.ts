import type { ManagedIdentity, WorkloadIdentity } from '../contract/kinds/provider-identity.ts';

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
      workloadIdentity: { tenantId: tenantId.toLowerCase(), clientId: clientId.toLowerCase() },
    });
  }

  /**
   * One that the nodes have, by their metadata service. It is weaker: a network policy opens that service, which
   * gives all identities of a node to whatever reaches it, to the pod, and the packet rules alone keep the
   * agent from it. The posture says so, and the platform has to allow it by `admission.managedIdentity`.
   */
  static managed(props: {
    /** Client id of the identity, user-assigned to the nodes. */
    readonly clientId: string;
  }): AzureIdentity {
    return new AzureIdentity({ managedIdentity: { clientId: props.clientId.toLowerCase() } });
  }

  /** As the custom resource carries it. */
  readonly spec:
    { readonly workloadIdentity: WorkloadIdentity } | { readonly managedIdentity: ManagedIdentity };

  private constructor(spec: AzureIdentity['spec']) {
    this.spec = spec;
  }
}

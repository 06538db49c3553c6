import {
  FederatedIdentityCredential,
  UserAssignedIdentity,
} from '@pulumi/azure-native/managedidentity/index.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/index.js';
import {
  ComponentResource,
  type ComponentResourceOptions,
  type Input,
  type Output,
} from '@pulumi/pulumi';

/** Audience that Azure asks for when a Kubernetes token is exchanged. */
const EXCHANGE_AUDIENCE = 'api://AzureADTokenExchange';

/** Arguments of {@link SandboxIdentity}. */
export interface SandboxIdentityArgs {
  readonly resourceGroup: ResourceGroup;
  readonly oidcIssuer: Input<string>;
  /** Namespace that the pod of the sandbox runs in. */
  readonly namespace: string;
  /** Service account of the pod. */
  readonly serviceAccount: string;
}

/** An identity of its own for the router of one sandbox, without any secret. */
export class SandboxIdentity extends ComponentResource {
  /** Client id, for the token exchange. */
  readonly clientId: Output<string>;

  constructor(name: string, args: SandboxIdentityArgs, options?: ComponentResourceOptions) {
    super('kars:stacks:SandboxIdentity', name, {}, options);
    const { resourceGroup, oidcIssuer, namespace, serviceAccount } = args;
    const identity = new UserAssignedIdentity(
      name,
      { resourceGroupName: resourceGroup.name },
      { parent: this },
    );
    new FederatedIdentityCredential(
      name,
      {
        resourceGroupName: resourceGroup.name,
        resourceName: identity.name,
        issuer: oidcIssuer,
        subject: `system:serviceaccount:${namespace}:${serviceAccount}`,
        audiences: [EXCHANGE_AUDIENCE],
      },
      { parent: this },
    );
    this.clientId = identity.clientId;
    this.registerOutputs({ clientId: this.clientId });
  }
}

import {
  listManagedClusterUserCredentialsOutput,
  ManagedCluster,
} from '@pulumi/azure-native/containerservice/index.js';
import type { ResourceGroup } from '@pulumi/azure-native/resources/index.js';
import {
  ComponentResource,
  secret,
  type ComponentResourceOptions,
  type Output,
} from '@pulumi/pulumi';
import type { Settings } from './settings.ts';

/** Arguments of {@link AksCluster}. */
export interface AksClusterArgs {
  readonly resourceGroup: ResourceGroup;
  readonly settings: Settings;
}

/** An AKS cluster with an OIDC issuer, workload identity, and enforced network policies. */
export class AksCluster extends ComponentResource {
  /** Issuer of the service-account tokens, for federated credentials. */
  readonly oidcIssuer: Output<string>;
  /** For the Kubernetes provider; a secret. */
  readonly kubeconfig: Output<string>;

  constructor(
    name: string,
    { resourceGroup, settings }: AksClusterArgs,
    options?: ComponentResourceOptions,
  ) {
    super('kars:stacks:AksCluster', name, {}, options);
    const cluster = new ManagedCluster(
      name,
      {
        resourceGroupName: resourceGroup.name,
        dnsPrefix: name,
        kubernetesVersion: settings.kubernetesVersion,
        identity: { type: 'SystemAssigned' },
        enableRBAC: true,
        disableLocalAccounts: false,
        oidcIssuerProfile: { enabled: true },
        securityProfile: { workloadIdentity: { enabled: true } },
        // Without an engine behind them the NetworkPolicies of a sandbox would do nothing.
        networkProfile: {
          networkPlugin: 'azure',
          networkPluginMode: 'overlay',
          networkDataplane: 'cilium',
          networkPolicy: 'cilium',
        },
        agentPoolProfiles: [
          {
            name: 'system',
            mode: 'System',
            count: settings.nodeCount,
            vmSize: settings.nodeSize,
            osType: 'Linux',
            osSKU: 'AzureLinux',
          },
        ],
      },
      { parent: this },
    );
    const credentials = listManagedClusterUserCredentialsOutput(
      { resourceGroupName: resourceGroup.name, resourceName: cluster.name },
      { parent: this },
    );
    this.oidcIssuer = cluster.oidcIssuerProfile.apply((profile) => profile?.issuerURL ?? '');
    this.kubeconfig = secret(
      credentials.kubeconfigs.apply(([first]) =>
        Buffer.from(first?.value ?? '', 'base64').toString('utf8'),
      ),
    );
    this.registerOutputs({ oidcIssuer: this.oidcIssuer, kubeconfig: this.kubeconfig });
  }
}

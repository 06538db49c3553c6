import { ResourceGroup } from '@pulumi/azure-native/resources/index.js';
import { Provider } from '@pulumi/kubernetes';
import { AksCluster } from './aks-cluster.ts';
import { sandboxApp } from './sandbox-app.ts';
import { SandboxIdentity } from './sandbox-identity.ts';
import { readSettings } from './settings.ts';
import { SynthesizedObjects } from './synthesized-objects.ts';

const settings = readSettings();
const resourceGroup = new ResourceGroup('kars');
const cluster = new AksCluster('kars', { resourceGroup, settings });
const { charts, sandbox } = sandboxApp(settings);
const identity = new SandboxIdentity('reader', {
  resourceGroup,
  oidcIssuer: cluster.oidcIssuer,
  namespace: sandbox.sandboxNamespace,
  serviceAccount: sandbox.serviceAccountName,
});
const provider = new Provider('aks', { kubeconfig: cluster.kubeconfig });
new SynthesizedObjects('kars', { charts, provider });

/** Client id of the identity of the sandbox. */
export const sandboxClientId = identity.clientId;

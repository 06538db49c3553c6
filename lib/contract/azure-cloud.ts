/** What a cloud of Azure calls its parts. */
export interface AzureCloud {
  /** Host that tells identities from each other, and gives them tokens. */
  readonly authority: string;
  /** Audience of the service-account tokens that it takes. */
  readonly audience: string;
  /** Suffixes of the hosts that models are served at; only Azure itself serves a name below one. */
  readonly hosts: readonly string[];
  /** Scope of a token for them. */
  readonly scope: string;
  /** Scope of a token for the projects of Foundry. */
  readonly projectScope: string;
}

/** Names of the clouds. */
export const azureCloudNames = ['public', 'us-government', 'china'] as const;

/** Name of a cloud. */
export type AzureCloudName = (typeof azureCloudNames)[number];

/**
 * The clouds of Azure.
 *
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 */
export const azureClouds: Readonly<Record<AzureCloudName, AzureCloud>> = {
  public: {
    authority: 'login.microsoftonline.com',
    audience: 'api://AzureADTokenExchange',
    hosts: ['openai.azure.com', 'services.ai.azure.com', 'cognitiveservices.azure.com'],
    scope: 'https://cognitiveservices.azure.com/.default',
    projectScope: 'https://ai.azure.com/.default',
  },
  'us-government': {
    authority: 'login.microsoftonline.us',
    audience: 'api://AzureADTokenExchangeUSGov',
    hosts: ['openai.azure.us', 'services.ai.azure.us', 'cognitiveservices.azure.us'],
    scope: 'https://cognitiveservices.azure.us/.default',
    projectScope: 'https://ai.azure.us/.default',
  },
  china: {
    authority: 'login.partner.microsoftonline.cn',
    audience: 'api://AzureADTokenExchangeChina',
    hosts: ['openai.azure.cn', 'services.ai.azure.cn', 'cognitiveservices.azure.cn'],
    scope: 'https://cognitiveservices.azure.cn/.default',
    projectScope: 'https://ai.azure.cn/.default',
  },
};

/** Where a token for an endpoint comes from. */
export interface AzureTokenPlace {
  readonly cloud: AzureCloudName;
  readonly scope: string;
}

/** Where a token for an endpoint comes from; undefined for one that is not Azure's, over TLS and on its port. */
export function azureTokenPlace(endpoint: string): AzureTokenPlace | undefined {
  if (!URL.canParse(endpoint)) return undefined;
  const { protocol, hostname, port, pathname } = new URL(endpoint);
  if (protocol !== 'https:' || port !== '') return undefined;
  const cloud = azureCloudNames.find((name) =>
    azureClouds[name].hosts.some((suffix) => hostname.endsWith(`.${suffix}`)),
  );
  if (cloud === undefined) return undefined;
  const { scope, projectScope } = azureClouds[cloud];
  return { cloud, scope: pathname.startsWith('/api/projects/') ? projectScope : scope };
}

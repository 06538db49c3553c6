import { azureClouds, type AzureCloudName } from '../contract/azure-cloud.ts';

/** Base URL of a resource in Azure. */
function hostOf(
  resource: string,
  kind: 'openai' | 'services',
  cloud: AzureCloudName = 'public',
): string {
  const suffix = azureClouds[cloud].hosts.find((host) => host.startsWith(kind)) ?? '';
  // A name with anything else than a label makes no URL, which synthesis reports.
  return `https://${encodeURIComponent(resource)}.${suffix}`;
}

/**
 * The API of OpenAI at a resource of Azure OpenAI, without versions by date.
 *
 * @see https://learn.microsoft.com/azure/ai-foundry/openai/api-version-lifecycle
 */
export const azureOpenAiEndpoint = (resource: string, cloud?: AzureCloudName): string =>
  `${hostOf(resource, 'openai', cloud)}/openai/v1`;

/** The API of OpenAI, or of Anthropic, at a resource of Foundry or at a project of it. */
export function foundryEndpoint(
  resource: string,
  {
    api,
    project,
    cloud,
  }: {
    readonly api: 'openai' | 'anthropic';
    readonly project: string | undefined;
    readonly cloud: AzureCloudName | undefined;
  },
): string {
  const host = hostOf(resource, 'services', cloud);
  const place = project === undefined ? '' : `/api/projects/${encodeURIComponent(project)}`;
  return `${host}${place}/${api}/v1`;
}

/**
 * The API of GitHub Models, for an account or for an organization that pays.
 *
 * @see https://docs.github.com/rest/models/inference
 */
export const gitHubModelsEndpoint = (organization: string | undefined): string =>
  `https://models.github.ai${organization === undefined ? '' : `/orgs/${encodeURIComponent(organization)}`}/inference`;

import type { SecretValue } from 'cdk8s-plus-28';
import type { z } from 'zod';
import type { AzureCloudName } from '../contract/azure-cloud.ts';
import { AzureIdentity } from './azure-identity.ts';
import { azureOpenAiEndpoint, foundryEndpoint, gitHubModelsEndpoint } from './hosted-endpoints.ts';
import type { providerSpec } from '../contract/kinds/model-provider.ts';

/** Where models are served. */
export interface ModelProviderProps {
  /** What the policy calls the provider, a DNS label. */
  readonly name: string;
  /** Base URL of the API, version segment included, such as `https://models.example.com/v1`. */
  readonly endpoint: string;
  /**
   * Key of a Secret in the namespace of the sandbox. Only the router mounts it.
   *
   * @default none is sent
   */
  readonly credential?: SecretValue;
  /**
   * Ranges that its addresses are in, for one that is not public, such as a private endpoint or a Service of the
   * cluster. Network policies open them at its port; the router calls it at no other address, and without a
   * parent proxy.
   *
   * @default its addresses are public
   */
  readonly ranges?: readonly string[];
  /**
   * Certificates in PEM that the provider is verified with, such as that of a private authority. They stand
   * in the policy, so whoever writes policies decides whom the router trusts with the credential.
   *
   * @default the well-known authorities
   */
  readonly certificateAuthorities?: string;
}

/** Props of {@link ModelProvider.openAiCompatible}. */
export interface OpenAiCompatibleProps extends ModelProviderProps {
  /**
   * Field of a request that the server takes the limit of its output from. Many servers ignore the other
   * one in silence, and then no limit of tokens holds.
   *
   * @default 'max_tokens'
   */
  readonly outputLimit?: 'max_tokens' | 'max_completion_tokens';
  /**
   * Who says in its answers what their content is: `azure` for a server that annotates as Azure OpenAI does, such as a
   * gateway before it. With `InferencePolicy.contentSafety` there has to be one.
   *
   * @default nobody says so
   */
  readonly contentFilter?: 'azure';
}

/** Props of {@link ModelProvider.azureOpenAi}. */
export interface AzureOpenAiProps {
  /** Name of the resource, the first label of its host. */
  readonly resource: string;
  /**
   * An identity, or a key of a Secret in the namespace of the sandbox with a key of the resource. Only the
   * router mounts it.
   */
  readonly credential: SecretValue | AzureIdentity;
  /**
   * Ranges that its private endpoint has its addresses in. Network policies open them at its port, and the
   * router calls it at no other address.
   *
   * @default its addresses are public
   */
  readonly ranges?: readonly string[];
  /** Cloud that the resource is in. @default 'public' */
  readonly cloud?: AzureCloudName;
  /** What the policy calls the provider, a DNS label. @default 'azure-openai' */
  readonly name?: string;
  /** Field of a request that the models take the limit of their output from. @default 'max_completion_tokens' */
  readonly outputLimit?: OpenAiCompatibleProps['outputLimit'];
}

/** Props of {@link ModelProvider.foundry}. */
export interface FoundryProps extends Omit<AzureOpenAiProps, 'outputLimit'> {
  /** Project of the resource. @default the resource itself */
  readonly project?: string;
  /** API that the models are used by. @default 'openai' */
  readonly api?: 'openai' | 'anthropic';
  /** What the policy calls the provider, a DNS label. @default 'foundry' */
  readonly name?: string;
  /**
   * Field of a request that the models take the limit of their output from. Models of OpenAI refuse the
   * older one, others ignore the newer one in silence, and then no limit of tokens holds.
   *
   * @default 'max_tokens'
   */
  readonly outputLimit?: OpenAiCompatibleProps['outputLimit'];
}

/** Props of {@link ModelProvider.gitHubModels}. */
export interface GitHubModelsProps {
  /** Key of a Secret in the namespace of the sandbox with a token that may read models. Only the router mounts it. */
  readonly credential: SecretValue;
  /** Organization that is charged. @default the account of the token */
  readonly organization?: string;
  /** What the policy calls the provider, a DNS label. @default 'github-models' */
  readonly name?: string;
}

/** Where models are served, and the credential that the router uses there. */
export class ModelProvider {
  /** The API of OpenAI itself. */
  static openAi(props: { readonly credential: SecretValue }): ModelProvider {
    return new ModelProvider({
      api: 'openai',
      name: 'openai',
      endpoint: 'https://api.openai.com/v1',
      credential: props.credential,
      outputLimit: 'max_completion_tokens',
    });
  }

  /** Any server with an OpenAI-compatible API. */
  static openAiCompatible(props: OpenAiCompatibleProps): ModelProvider {
    return new ModelProvider({ ...props, api: 'openai' });
  }

  /** The API of Anthropic itself. */
  static anthropic(props: { readonly credential: SecretValue }): ModelProvider {
    return ModelProvider.anthropicCompatible({
      name: 'anthropic',
      endpoint: 'https://api.anthropic.com/v1',
      credential: props.credential,
    });
  }

  /** Any server with Anthropic's API of messages. */
  static anthropicCompatible(props: ModelProviderProps): ModelProvider {
    return new ModelProvider({ ...props, api: 'anthropic' });
  }

  /** A resource of Azure OpenAI, by its API without versions by date; models are named by their deployment. */
  static azureOpenAi(props: AzureOpenAiProps): ModelProvider {
    const { resource, cloud, name = 'azure-openai', outputLimit = 'max_completion_tokens' } = props;
    return new ModelProvider({
      api: 'openai',
      name,
      endpoint: azureOpenAiEndpoint(resource, cloud),
      ...azureCredential(props.credential, 'api-key'),
      ...rangesOf(props),
      outputLimit,
      contentFilter: 'azure',
    });
  }

  /** A resource of Azure AI Foundry, or a project of it; models are named by their deployment. */
  static foundry(props: FoundryProps): ModelProvider {
    const { resource, cloud, project, api = 'openai', name = 'foundry', outputLimit } = props;
    return new ModelProvider({
      api,
      name,
      endpoint: foundryEndpoint(resource, { api, project, cloud }),
      ...azureCredential(props.credential, api === 'openai' ? 'api-key' : undefined),
      ...rangesOf(props),
      ...(outputLimit === undefined ? {} : { outputLimit }),
      ...(api === 'openai' ? { contentFilter: 'azure' } : {}),
    });
  }

  /** GitHub Models; a model is named with its publisher, such as `openai/gpt-4.1`. */
  static gitHubModels(props: GitHubModelsProps): ModelProvider {
    return ModelProvider.openAiCompatible({
      name: props.name ?? 'github-models',
      endpoint: gitHubModelsEndpoint(props.organization),
      credential: props.credential,
    });
  }

  /** What the policy calls the provider. */
  readonly name: string;
  /** API that it speaks. */
  readonly api: 'openai' | 'anthropic';
  /** Base URL of the API. */
  readonly endpoint: string;
  /** Key of a Secret in the namespace of the sandbox. */
  readonly credential: SecretValue | undefined;
  /** Identity that it is called with; undefined where that is a credential or nothing. */
  readonly identity: AzureIdentity | undefined;
  /** Header that carries it; undefined for that of the API. */
  readonly credentialHeader: 'api-key' | undefined;
  /** Ranges that its addresses are in; undefined where they are public. */
  readonly ranges: readonly string[] | undefined;
  /** Certificates in PEM that it is verified with; undefined for the well-known authorities. */
  readonly certificateAuthorities: string | undefined;
  /** Field that it takes the limit of its output from; undefined for `max_tokens`. */
  readonly outputLimit: OpenAiCompatibleProps['outputLimit'];
  /** Who says in its answers what their content is; undefined where nobody does. */
  readonly contentFilter: OpenAiCompatibleProps['contentFilter'];

  private constructor(
    props: OpenAiCompatibleProps & Pick<ModelProvider, 'api'> & Partial<AzureCredential>,
  ) {
    this.api = props.api;
    this.name = props.name;
    this.endpoint = props.endpoint;
    this.credential = props.credential;
    this.credentialHeader = props.credentialHeader;
    this.identity = props.identity;
    this.ranges = props.ranges;
    this.certificateAuthorities = props.certificateAuthorities;
    this.outputLimit = props.outputLimit;
    this.contentFilter = props.contentFilter;
  }

  /** As the custom resource carries it. */
  get spec(): z.input<typeof providerSpec> {
    const { name, endpoint, api, credential, certificateAuthorities, outputLimit } = this;
    const { credentialHeader, identity, ranges, contentFilter } = this;
    return {
      name,
      endpoint,
      ...(api === 'openai' ? {} : { api }),
      ...(ranges === undefined ? {} : { ranges: [...ranges] }),
      ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
      ...(outputLimit === undefined ? {} : { outputLimit }),
      ...(contentFilter === undefined ? {} : { contentFilter }),
      ...(credentialHeader === undefined ? {} : { credentialHeader }),
      ...identity?.spec,
      ...(credential === undefined
        ? {}
        : { credentialSecretRef: { name: credential.secret.name, key: credential.key } }),
    };
  }
}

const rangesOf = ({
  ranges,
}: Pick<ModelProviderProps, 'ranges'>): Pick<ModelProviderProps, 'ranges'> =>
  ranges === undefined ? {} : { ranges };

/** What a provider in Azure is called with. */
type AzureCredential =
  | { readonly identity: AzureIdentity; readonly credentialHeader?: undefined }
  | {
      readonly credential: SecretValue;
      readonly credentialHeader: 'api-key' | undefined;
      readonly identity?: undefined;
    };

const azureCredential = (
  credential: SecretValue | AzureIdentity,
  credentialHeader: 'api-key' | undefined,
): AzureCredential =>
  credential instanceof AzureIdentity ? { identity: credential } : { credential, credentialHeader };

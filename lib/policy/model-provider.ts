import type { SecretValue } from 'cdk8s-plus-28';
import type { z } from 'zod';
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

  /** What the policy calls the provider. */
  readonly name: string;
  /** API that it speaks. */
  readonly api: 'openai' | 'anthropic';
  /** Base URL of the API. */
  readonly endpoint: string;
  /** Key of a Secret in the namespace of the sandbox. */
  readonly credential: SecretValue | undefined;
  /** Certificates in PEM that it is verified with; undefined for the well-known authorities. */
  readonly certificateAuthorities: string | undefined;
  /** Field that it takes the limit of its output from; undefined for `max_tokens`. */
  readonly outputLimit: OpenAiCompatibleProps['outputLimit'];

  private constructor(props: OpenAiCompatibleProps & Pick<ModelProvider, 'api'>) {
    this.api = props.api;
    this.name = props.name;
    this.endpoint = props.endpoint;
    this.credential = props.credential;
    this.certificateAuthorities = props.certificateAuthorities;
    this.outputLimit = props.outputLimit;
  }

  /** As the custom resource carries it. */
  get spec(): z.input<typeof providerSpec> {
    const { name, endpoint, api, credential, certificateAuthorities, outputLimit } = this;
    return {
      name,
      endpoint,
      ...(api === 'openai' ? {} : { api }),
      ...(certificateAuthorities === undefined ? {} : { certificateAuthorities }),
      ...(outputLimit === undefined ? {} : { outputLimit }),
      ...(credential === undefined
        ? {}
        : { credentialSecretRef: { name: credential.secret.name, key: credential.key } }),
    };
  }
}

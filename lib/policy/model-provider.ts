import type { SecretValue } from 'cdk8s-plus-28';

/** Props of {@link ModelProvider.openAiCompatible}. */
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

/** Where models are served, and the credential that the router uses there. */
export class ModelProvider {
  /** The API of OpenAI itself. */
  static openAi(props: { readonly credential: SecretValue }): ModelProvider {
    return new ModelProvider({
      name: 'openai',
      endpoint: 'https://api.openai.com/v1',
      credential: props.credential,
    });
  }

  /** Any server with an OpenAI-compatible API. */
  static openAiCompatible(props: ModelProviderProps): ModelProvider {
    return new ModelProvider(props);
  }

  /** What the policy calls the provider. */
  readonly name: string;
  /** Base URL of the API. */
  readonly endpoint: string;
  /** Key of a Secret in the namespace of the sandbox. */
  readonly credential: SecretValue | undefined;
  /** Certificates in PEM that it is verified with; undefined for the well-known authorities. */
  readonly certificateAuthorities: string | undefined;

  private constructor({ name, endpoint, credential, certificateAuthorities }: ModelProviderProps) {
    this.name = name;
    this.endpoint = endpoint;
    this.credential = credential;
    this.certificateAuthorities = certificateAuthorities;
  }
}

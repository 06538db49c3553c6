import { nameOfModel } from '../contract/kinds/model-ref.ts';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';
import { hostFault } from '../contract/names.ts';
import type { ModelProvider } from './model-provider.ts';

/** A model that requests may name, and where it is served. */
export interface PolicyModel {
  /** @default that of the policy */
  readonly provider?: ModelProvider;
  /** Name of the model or deployment at the provider. */
  readonly model: string;
  /**
   * What requests call it, for models of two providers with one name, or to change a model without changing
   * the agent.
   *
   * @default its name at the provider
   */
  readonly as?: string;
}

/** The parts of a policy that say which models there are. */
export interface ModelProps {
  /** @default each model names its own */
  readonly provider?: ModelProvider;
  readonly models: readonly (string | PolicyModel)[];
}

/** A model with everything that is said of it, and where it is said. */
interface Named extends Omit<PolicyModel, 'provider'> {
  readonly path: string;
  readonly provider: ModelProvider | undefined;
}

const modelsOf = ({ provider, models }: ModelProps): Named[] =>
  models.map((given, index) => ({
    provider,
    path: `models[${index}]`,
    ...(typeof given === 'string' ? { model: given } : given),
  }));

/** Every provider of a policy, each once, its own first. */
export function providersOf(props: ModelProps): ModelProvider[] {
  const all = [props.provider, ...modelsOf(props).map(({ provider }) => provider)];
  const byText = new Map(
    all.flatMap((provider) =>
      provider === undefined ? [] : [[JSON.stringify(provider.spec), provider] as const],
    ),
  );
  return [...byText.values()];
}

/** The models as a manifest carries them; one without a provider is not among them. */
export const modelRefs = (
  props: ModelProps,
): { readonly provider: string; readonly deployment: string; readonly alias?: string }[] =>
  modelsOf(props).flatMap(({ provider, model, as: alias }) =>
    provider === undefined
      ? []
      : [
          {
            provider: provider.name,
            deployment: model,
            ...(alias === undefined ? {} : { alias }),
          },
        ],
  );

/** What is wrong with the models and providers of a policy. */
export function modelProblems(props: ModelProps): Problem[] {
  const models = modelsOf(props);
  const none = problem(
    'KARS_POLICY_WITHOUT_MODEL',
    'models',
    'got none, supply at least one model',
  );
  return [
    ...(models.length === 0 ? [none] : []),
    ...models.flatMap(({ provider, model, path }) =>
      provider === undefined ? [withoutProvider(path, model)] : [],
    ),
    ...duplicates(
      models.map((model) => [
        model.path,
        nameOfModel({ alias: model.as, deployment: model.model }),
      ]),
      'model',
      'supply as for one of them',
    ),
    ...duplicates(
      providersOf(props).map(({ name }, index) => [`providers[${index}]`, name]),
      'provider',
      'supply another name for one of them',
    ),
    ...endpointProblems(props, models),
  ];
}

const withoutProvider = (path: string, model: string): Problem =>
  problem(
    'KARS_PROVIDER_UNKNOWN',
    path,
    `got ${JSON.stringify(model)} without a provider, supply one here, or provider for all of them`,
  );

function duplicates(
  names: readonly (readonly [path: string, name: string])[],
  what: string,
  cure: string,
): Problem[] {
  const seen = new Set<string>();
  return names.flatMap(([path, name]) => {
    if (!seen.has(name)) {
      seen.add(name);
      return [];
    }
    const text = `got the ${what} ${JSON.stringify(name)} again, ${cure}`;
    return [problem('KARS_ID_DUPLICATE', path, text)];
  });
}

function endpointProblems({ provider }: ModelProps, models: readonly Named[]): Problem[] {
  const named: [string, ModelProvider | undefined][] = [
    ['provider.endpoint', provider],
    ...models.map((model): [string, ModelProvider | undefined] => [
      `${model.path}.provider.endpoint`,
      model.provider === provider ? undefined : model.provider,
    ]),
  ];
  return named.flatMap(([path, given]) => {
    const fault = given === undefined ? undefined : faultOfEndpoint(given.endpoint);
    return fault === undefined ? [] : [problem('KARS_PROVIDER_ENDPOINT', path, fault)];
  });
}

function faultOfEndpoint(endpoint: string): string | undefined {
  if (!URL.canParse(endpoint)) {
    return `got "${endpoint}", supply a URL such as "https://models.example.com/v1"`;
  }
  const { protocol, hostname, username, password, search, hash } = new URL(endpoint);
  if (protocol !== 'https:' && protocol !== 'http:') {
    return `got the scheme "${protocol}", supply https or http`;
  }
  if (username !== '' || password !== '' || search !== '' || hash !== '') {
    return 'got user information, a query or a fragment, supply scheme, host, port and path only';
  }
  return hostFault(hostname);
}

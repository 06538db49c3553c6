import type { z } from 'zod';
import { nameOfModel, type modelRef, type ModelTarget } from '../contract/kinds/model-ref.ts';
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
   * The one API of the provider that serves the model: `responses` for a model without chat completions, which those
   * and messages are translated to.
   *
   * @default every API of the provider does
   */
  readonly api?: 'responses';
  /**
   * What requests call it, for models of two providers with one name, or to change a model without changing
   * the agent.
   *
   * @default its name at the provider
   */
  readonly as?: string;
  /**
   * What takes over, in this order, where the provider cannot be reached or has no capacity (429, 503, 529),
   * and nothing of an answer was sent. One that does not serve the API of a request is passed over; the posture says
   * of each what it takes over.
   *
   * @default nothing does
   */
  readonly fallbacks?: readonly ModelFallback[];
}

/** What takes over from a model. */
export interface ModelFallback {
  /** @default that of the policy */
  readonly provider?: ModelProvider;
  /** Name of the model or deployment at the provider. */
  readonly model: string;
  /** As that of {@link PolicyModel}. @default every API of the provider serves it */
  readonly api?: 'responses';
}

/** The parts of a policy that say which models there are. */
export interface ModelProps {
  /** @default each model names its own */
  readonly provider?: ModelProvider;
  readonly models: readonly (string | PolicyModel)[];
}

/** A target, and where it is said. */
interface NamedTarget {
  readonly path: string;
  readonly provider: ModelProvider | undefined;
  readonly model: string;
  readonly api?: 'responses';
}

/** A model with everything that is said of it. */
interface Named extends NamedTarget, Pick<PolicyModel, 'as'> {
  readonly fallbacks: readonly NamedTarget[];
}

const modelsOf = ({ provider, models }: ModelProps): Named[] =>
  models.map((given, index) => {
    const path = `models[${index}]`;
    const { fallbacks = [], ...model }: PolicyModel =
      typeof given === 'string' ? { model: given } : given;
    return {
      provider,
      path,
      ...model,
      fallbacks: fallbacks.map((fallback, position) => ({
        provider,
        path: `${path}.fallbacks[${position}]`,
        ...fallback,
      })),
    };
  });

const targetsOf = (props: ModelProps): NamedTarget[] =>
  modelsOf(props).flatMap((model) => [model, ...model.fallbacks]);

/** Every provider of a policy, each once, its own first. */
export function providersOf(props: ModelProps): ModelProvider[] {
  const all = [props.provider, ...targetsOf(props).map(({ provider }) => provider)];
  const byText = new Map(
    all.flatMap((provider) =>
      provider === undefined ? [] : [[JSON.stringify(provider.spec), provider] as const],
    ),
  );
  return [...byText.values()];
}

/**
 * The models as a manifest carries them; one without a provider is not among them. That nothing takes over
 * from the first of several is written, since a manifest that says nothing means the others.
 */
export const modelRefs = (props: ModelProps): z.input<typeof modelRef>[] =>
  modelsOf(props).flatMap(({ as: alias, fallbacks, ...model }, index) => {
    const isSaid = fallbacks.length > 0 || (index === 0 && props.models.length > 1);
    return targetRefs(model).map((target) => ({
      ...target,
      ...(alias === undefined ? {} : { alias }),
      ...(isSaid ? { fallbacks: fallbacks.flatMap(targetRefs) } : {}),
    }));
  });

const targetRefs = ({ provider, model, api }: NamedTarget): ModelTarget[] =>
  provider === undefined
    ? []
    : [{ provider: provider.name, deployment: model, ...(api === undefined ? {} : { api }) }];

/** What is wrong with the models and providers of a policy. */
export function modelProblems(props: ModelProps): Problem[] {
  const models = modelsOf(props);
  const targets = targetsOf(props);
  const none = problem(
    'KARS_POLICY_WITHOUT_MODEL',
    'models',
    'got none, supply at least one model',
  );
  return [
    ...(models.length === 0 ? [none] : []),
    ...targets.flatMap(({ provider, model, path }) =>
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
    ...endpointProblems(props, targets),
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

function endpointProblems({ provider }: ModelProps, targets: readonly NamedTarget[]): Problem[] {
  const named: [string, ModelProvider | undefined][] = [
    ['provider.endpoint', provider],
    ...targets.map((target): [string, ModelProvider | undefined] => [
      `${target.path}.provider.endpoint`,
      target.provider === provider ? undefined : target.provider,
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

import * as z from 'zod';
import type { Problem } from '../problem.ts';

const modelApi = z.enum(['responses']);

/** The one API that a model is served by, where its provider has others. */
export type ModelApi = z.output<typeof modelApi>;

const target = {
  provider: z.string().describe('Name of an entry in `providers`.'),
  deployment: z.string().describe('Name of the model or deployment at the provider.'),
  api: modelApi
    .optional()
    .describe(
      'The one API of the provider that serves the model, which chat completions and messages are translated to. Absent: every API of the provider does.',
    ),
};

/** Most targets that may take over from a model. */
const MOST_FALLBACKS = 8;

/** A model at a provider, as a manifest carries it. */
export const modelRef = z.strictObject({
  ...target,
  fallbacks: z
    .array(z.strictObject(target))
    .max(MOST_FALLBACKS)
    .optional()
    .describe(
      'Targets that take over in this order where the provider cannot be reached or has no capacity, before anything of an answer is sent. Absent at `primary`: the models of `fallback`.',
    ),
  alias: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('What requests call it, its deployment when absent.'),
});

type ModelRef = z.output<typeof modelRef>;

/** A model at a provider. */
export interface ModelTarget {
  readonly provider: string;
  readonly deployment: string;
  readonly api?: ModelApi | undefined;
}

/** Whether both names of a model are there. */
export const isComplete = ({ provider, deployment }: ModelTarget): boolean =>
  provider.length > 0 && deployment.length > 0;

const targetPayload = {
  provider: z.string(),
  deployment: z.string().min(1),
  /** Absent where every API of the provider serves it. */
  api: modelApi.optional(),
};

/** A model that requests may name, as the router reads it. */
export const modelPayload = z.strictObject({
  ...targetPayload,
  /** Absent where requests call it by its deployment. */
  alias: z.string().min(1).optional(),
  /** Absent where nothing takes over. */
  fallbacks: z.array(z.strictObject(targetPayload)).min(1).max(MOST_FALLBACKS).optional(),
});

/** A model that requests may name. */
export type ModelPayload = z.output<typeof modelPayload>;

/** What requests call a model. */
export const nameOfModel = ({
  alias,
  deployment,
}: {
  readonly alias?: string | undefined;
  readonly deployment: string;
}): string => alias ?? deployment;

/** The models as the router reads them. */
export function compileModels(primary: ModelRef, others: readonly ModelRef[]): ModelPayload[] {
  const first = { ...primary, fallbacks: primary.fallbacks ?? others.slice(0, MOST_FALLBACKS) };
  return [first, ...others].map(compileModel);
}

function compileModel({ alias, fallbacks = [], ...target }: ModelRef): ModelPayload {
  const { deployment } = target;
  return {
    ...compileTarget(target),
    ...(alias === undefined || alias === deployment ? {} : { alias }),
    ...(fallbacks.length === 0 ? {} : { fallbacks: fallbacks.map(compileTarget) }),
  };
}

const compileTarget = ({ provider, deployment, api }: ModelTarget): ModelTarget => ({
  provider,
  deployment,
  ...(api === undefined ? {} : { api }),
});

/** What matters here of a provider. */
interface ModelProvider {
  readonly name: string;
  readonly api?: 'openai' | 'anthropic' | undefined;
}

/** Models that nobody serves, or that a request could not tell apart. */
export function modelProblems(
  models: readonly ModelRef[],
  providers: readonly ModelProvider[],
): Problem[] {
  const served = providers.map(({ name }) => name);
  const apis = new Map(providers.map(({ name, api }) => [name, api]));
  const paths = new Map<string, string>();
  return models.flatMap((model, index) => {
    const path = pathOf(index);
    const name = nameOfModel(model);
    const earlier = paths.get(name);
    paths.set(name, earlier ?? path);
    const targets: [string, ModelTarget][] = [
      [path, model],
      ...(model.fallbacks ?? []).map((fallback, position): [string, ModelTarget] => [
        `${path}.fallbacks[${position}]`,
        fallback,
      ]),
    ];
    return [
      ...targets.flatMap(([at, { provider, api }]) => [
        ...(served.includes(provider) ? [] : [unknownProvider(at, provider, served)]),
        ...(api !== undefined && apis.get(provider) === 'anthropic' ? [otherApi(at, api)] : []),
      ]),
      ...(earlier === undefined ? [] : [sameName(path, name, earlier)]),
    ];
  });
}

const pathOf = (index: number): string =>
  `spec.modelPreference.${index === 0 ? 'primary' : `fallback[${index - 1}]`}`;

const unknownProvider = (path: string, got: string, served: readonly string[]): Problem => ({
  path: `${path}.provider`,
  code: 'KARS_PROVIDER_UNKNOWN',
  message: `got ${JSON.stringify(got)}, supply one that spec.providers has: ${served.join(', ') || 'it has none'}`,
});

const otherApi = (path: string, got: ModelApi): Problem => ({
  path: `${path}.api`,
  code: 'KARS_MODEL_API',
  message: `got "${got}" of a provider that speaks the API of anthropic, supply a provider that speaks that of openai, or no api`,
});

const sameName = (path: string, name: string, earlier: string): Problem => ({
  path,
  code: 'KARS_ID_DUPLICATE',
  message: `got the model ${JSON.stringify(name)} of ${earlier} again, supply an alias for one of them`,
});

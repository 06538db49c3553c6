import * as z from 'zod';
import type { Problem } from '../problem.ts';

/** A model at a provider, as a manifest carries it. */
export const modelRef = z.strictObject({
  provider: z.string().describe('Name of an entry in `providers`.'),
  deployment: z.string().describe('Name of the model or deployment at the provider.'),
  alias: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('What requests call it, its deployment when absent.'),
});

type ModelRef = z.output<typeof modelRef>;

/** Whether both names of a model are there. */
export const isComplete = ({ provider, deployment }: ModelRef): boolean =>
  provider.length > 0 && deployment.length > 0;

/** A model that requests may name, as the router reads it. */
export const modelPayload = z.strictObject({
  provider: z.string(),
  deployment: z.string().min(1),
  /** Absent where requests call it by its deployment. */
  alias: z.string().min(1).optional(),
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

/** A model as the router reads it. */
export const compileModel = ({ provider, deployment, alias }: ModelRef): ModelPayload => ({
  provider,
  deployment,
  ...(alias === undefined || alias === deployment ? {} : { alias }),
});

/** Models that nobody serves, or that a request could not tell apart. */
export function modelProblems(
  models: readonly ModelRef[],
  providers: readonly { readonly name: string }[],
): Problem[] {
  const served = providers.map(({ name }) => name);
  const paths = new Map<string, string>();
  return models.flatMap((model, index) => {
    const path = pathOf(index);
    const name = nameOfModel(model);
    const earlier = paths.get(name);
    paths.set(name, earlier ?? path);
    return [
      ...(served.includes(model.provider) ? [] : [unknownProvider(path, model.provider, served)]),
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

const sameName = (path: string, name: string, earlier: string): Problem => ({
  path,
  code: 'KARS_ID_DUPLICATE',
  message: `got the model ${JSON.stringify(name)} of ${earlier} again, supply an alias for one of them`,
});

import type { CircuitStatus, InferencePolicyPayload } from 'kars-constructs/contract';
import type { CircuitTarget, WatchedTarget } from './circuit.ts';

/** More than a policy of a usual size has, so that a line of the log stays one. */
const MOST = 100;

const STATES: readonly CircuitStatus['state'][] = ['open', 'half-open', 'closed'];

/**
 * The circuits of the targets that a policy names, open ones first, and a hundred at most. One of an earlier
 * policy would stay open for ever, since nobody calls it again.
 */
export function circuitsInForce(
  watched: Iterable<WatchedTarget>,
  policy: InferencePolicyPayload | undefined,
): CircuitStatus[] {
  if (policy === undefined) return [];
  const named = namedIn(policy);
  return [...watched]
    .filter(({ target }) => named.has(keyOf(target)))
    .map(statusOf)
    .sort((a, b) => STATES.indexOf(a.state) - STATES.indexOf(b.state))
    .slice(0, MOST);
}

function statusOf({ target, circuit: { state, pause } }: WatchedTarget): CircuitStatus {
  const { provider, deployment: model, exchange } = target;
  const status = { provider: provider.name, model, path: exchange.path, state };
  if (state !== 'open') return status;
  return { ...status, until: new Date(Date.now() + pause).toISOString() };
}

function namedIn({ models, providers }: InferencePolicyPayload): ReadonlySet<string> {
  const targets = models.flatMap(({ fallbacks = [], ...model }) => [model, ...fallbacks]);
  return new Set(
    targets.flatMap(({ provider: name, deployment }) =>
      providers
        .filter((one) => one.name === name)
        .map((provider) => keyOf({ provider, deployment })),
    ),
  );
}

const keyOf = ({ provider, deployment }: Pick<CircuitTarget, 'provider' | 'deployment'>): string =>
  JSON.stringify([provider.name, provider.endpoint, deployment]);

import type {
  BudgetStatus,
  CircuitStatus,
  IdentityStatus,
  StatusRecord,
} from 'kars-constructs/contract';

/** What the router of a sandbox says of providers and tokens. */
export interface RouterReport {
  readonly circuits: readonly CircuitStatus[];
  readonly identities: readonly IdentityStatus[];
  readonly budget: readonly BudgetStatus[];
}

/** What the router says in its status; nothing where it has said none. */
export const routerReport = (record: StatusRecord | undefined): RouterReport => ({
  circuits: record?.circuits ?? [],
  identities: record?.identities ?? [],
  budget: record?.budget ?? [],
});

/**
 * What is wrong with providers. A circuit whose next call is a probe is not: of an agent that does nothing it stays
 * so. Neither is a budget that is spent, which is what it is for.
 */
export const providerFaults = ({ circuits, identities }: RouterReport): string[] => [
  ...circuits.flatMap(({ provider, model, path, state, until = '' }) =>
    state === 'open'
      ? [`${path} of ${provider}/${model} is left alone after failures, until ${until}`]
      : [],
  ),
  ...identities.flatMap(({ provider, error, expires }) => {
    if (error === '') return [];
    return expires === undefined
      ? [`no credential for the provider ${provider}: ${error}`]
      : [`the token for the provider ${provider} ends at ${expires} and is not renewed: ${error}`];
  }),
];

/** A spec that one rule refuses, or that every rule accepts. */
export interface RuleCase {
  readonly kind: string;
  readonly name: string;
  readonly spec: object;
  /** Message of the one rule that refuses; absent: the API server and the validator accept. */
  readonly refusedBy?: string;
}

/** Cases of one kind: name and spec, below the message of the rule that refuses, or `accepted`. */
export function casesOf(
  kind: string,
  accepted: Readonly<Record<string, object>>,
  refused: Readonly<Record<string, Readonly<Record<string, object>>>>,
): RuleCase[] {
  return [
    ...Object.entries(accepted).map(([name, spec]) => ({
      kind,
      name: `${kind} with ${name}`,
      spec,
    })),
    ...Object.entries(refused).flatMap(([refusedBy, specs]) =>
      Object.entries(specs).map(([name, spec]) => ({
        kind,
        name: `${kind} with ${name}`,
        spec,
        refusedBy,
      })),
    ),
  ];
}

/** One case for each value, named after it. */
export function each<T>(
  values: readonly T[],
  name: string,
  spec: (value: T) => object,
): Record<string, object> {
  return Object.fromEntries(
    values.map((value) => [`${name} ${brief(JSON.stringify(value))}`, spec(value)]),
  );
}

const brief = (text: string): string =>
  text.length > 60 ? `${text.slice(0, 40)}... of ${text.length}` : text;

/** A text of a length, in code points. */
export const long = (length: number): string => 'a'.repeat(length);

/** A complete reference to an artifact. */
export const bundleRef = {
  registry: 'registry.example.com',
  repository: 'policies/one',
  digest: 'sha256:aa',
  artifactType: 'application/vnd.example',
};

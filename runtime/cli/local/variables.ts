/** A variable as a container of a manifest has it. */
export interface ManifestVariable {
  readonly name: string;
  readonly value?: string | undefined;
  readonly valueFrom?: unknown;
}

/**
 * The environment that a kubelet would make of the variables of a container: `$(NAME)` stands for a
 * variable further up, `$$` for a dollar sign, and an unknown name stays as it is.
 *
 * @throws Error for a variable whose value comes from the cluster.
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function expandVariables(variables: readonly ManifestVariable[]): Record<string, string> {
  const known = new Map<string, string>();
  for (const { name, value = '', valueFrom } of variables) {
    if (valueFrom !== undefined && valueFrom !== null) {
      throw new Error(
        `got a value from the cluster for the variable ${name} of the agent, a local run has literal values only`,
      );
    }
    known.set(
      name,
      value.replace(/\$\$|\$\(([^)]*)\)/g, (text, reference: string | undefined) =>
        reference === undefined ? '$' : (known.get(reference) ?? text),
      ),
    );
  }
  return Object.fromEntries(known);
}

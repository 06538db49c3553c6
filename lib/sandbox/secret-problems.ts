import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';
import type { SandboxInput } from './input.ts';

/** The agent gets no Secret that the router takes a credential of a provider from. */
export function secretProblems({ sandbox, inferencePolicy }: SandboxInput): Problem[] {
  const credentials = new Map(
    (inferencePolicy.spec.providers ?? []).flatMap(({ name, credentialSecretRef }) =>
      credentialSecretRef === undefined ? [] : [[credentialSecretRef.name, name] as const],
    ),
  );
  return (sandbox.spec.secrets ?? []).flatMap(({ secretRef: { name } }, index) => {
    const provider = credentials.get(name);
    if (provider === undefined) return [];
    const text = `got the Secret ${name}, which holds the credential of the provider ${provider}; supply another Secret`;
    return [problem('KARS_SECRET_OF_PROVIDER', `spec.secrets[${index}].secretRef.name`, text)];
  });
}

import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';
import type { SandboxInput } from './input.ts';

/** The agent gets no Secret that the router takes a credential of a provider from, or the kubelet one of a registry. */
export function secretProblems({ sandbox, inferencePolicy }: SandboxInput): Problem[] {
  const credentials = new Map(
    (inferencePolicy.spec.providers ?? []).flatMap(({ name, credentialSecretRef }) =>
      credentialSecretRef === undefined ? [] : [[credentialSecretRef.name, name] as const],
    ),
  );
  const { secrets = [], pullSecrets = [], parentProxy } = sandbox.spec;
  return secrets.flatMap(({ secretRef: { name } }, index) => {
    const path = `spec.secrets[${index}].secretRef.name`;
    const provider = credentials.get(name);
    if (provider !== undefined) {
      const text = `got the Secret ${name}, which holds the credential of the provider ${provider}; supply another Secret`;
      return [problem('KARS_SECRET_OF_PROVIDER', path, text)];
    }
    if (parentProxy?.credentialsSecretRef?.name === name) {
      const text = `got the Secret ${name}, which the sidecars sign in at the parent proxy with; supply another Secret`;
      return [problem('KARS_SECRET_OF_PROXY', path, text)];
    }
    if (!pullSecrets.some((pull) => pull.name === name)) return [];
    const text = `got the Secret ${name}, which images are pulled with, and which no container gets; supply another Secret`;
    return [problem('KARS_SECRET_OF_PULL', path, text)];
  });
}

import { decodeSigners, formatProblem, repositoryName } from 'kars-constructs/contract';
import type { AllowlistTrust } from 'kars-constructs/signing';
import { ArgumentError, type OwnArguments } from '../../service/arguments.ts';

/** What the arguments say of the signatures of the list; undefined when no list is signed. */
export function readTrust(own: OwnArguments): AllowlistTrust | undefined {
  const signers = own.optional('allowlist-signers');
  const repository = own.optional('allowlist-repository');
  if (signers === undefined && repository === undefined) return undefined;
  const decoded = decodeSigners(signers ?? '');
  if (!decoded.ok) throw new ArgumentError(decoded.problems.map(formatProblem).join('; '));
  const parsed = repositoryName.safeParse(repository);
  if (!parsed.success) {
    throw new ArgumentError(
      `got --allowlist-repository=${repository ?? ''}, supply a repository of a registry`,
    );
  }
  return { signers: decoded.value, repository: parsed.data };
}

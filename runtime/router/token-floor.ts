import { projection } from 'kars-constructs/contract';
import type { Floor } from '../policy/floor.ts';
import { ArgumentError } from '../service/arguments.ts';

/**
 * Refuses a policy under which one request may have more output tokens than `ceiling`, or any number.
 *
 * @throws ArgumentError for a ceiling that is no positive integer.
 */
export function tokenFloor(ceiling: string): Floor {
  const most = Number(ceiling);
  if (!/^[1-9]\d{0,15}$/.test(ceiling) || !Number.isSafeInteger(most)) {
    throw new ArgumentError(`got --token-ceiling=${ceiling}, supply a positive integer`);
  }
  return (snapshot) => {
    const policy = snapshot.payload('inference-policy');
    if (policy === undefined) return [];
    const { maxTokensPerRequest: allowed } = policy;
    if (allowed !== null && allowed <= most) return [];
    const got = allowed === null ? 'no limit of tokens' : `${allowed} tokens`;
    return [
      {
        path: projection['inference-policy'].file,
        code: 'KARS_DOCUMENT_BELOW_FLOOR',
        message: `got ${got} for one request, and the platform allows at most ${most}; lower tokenBudget.perRequestTokens`,
      },
    ];
  };
}

import { projection, providerActNames } from 'kars-constructs/contract';
import type { Floor } from '../policy/floor.ts';
import { ArgumentError } from '../service/arguments.ts';

/**
 * Refuses a policy that lets providers do more than the argument says; without one, anything.
 *
 * @throws ArgumentError for an argument with a name that is none.
 */
export function reachFloor(argument: string | undefined): Floor {
  const most: readonly string[] = argument?.split(',') ?? [];
  const known: readonly string[] = providerActNames;
  const unknown = most.find((act) => !known.includes(act));
  if (unknown !== undefined) {
    const got = `got --provider-reach with ${JSON.stringify(unknown)}`;
    throw new ArgumentError(`${got}, supply some of ${providerActNames.join(',')}`);
  }
  return (snapshot) => {
    const acts = snapshot.payload('inference-policy')?.providerReach ?? [];
    const others = acts.filter((act) => !most.includes(act));
    if (others.length === 0) return [];
    return [
      {
        path: `${projection['inference-policy'].file}.providerReach`,
        code: 'KARS_DOCUMENT_BELOW_FLOOR',
        message: `got ${others.join(', ')}, and this process may have providers do: ${most.join(', ') || 'nothing'}; deploy the pod of the same synthesis`,
      },
    ];
  };
}

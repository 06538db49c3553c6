import { projection } from 'kars-constructs/contract';
import * as z from 'zod';
import type { Floor } from '../../policy/floor.ts';
import { ArgumentError } from '../../service/arguments.ts';

/**
 * Refuses a document that learns longer than the argument says; without one, any that learns.
 *
 * @throws ArgumentError for an argument that is no instant.
 */
export function learnFloor(ceiling: string | undefined): Floor {
  if (ceiling !== undefined && !z.iso.datetime().safeParse(ceiling).success) {
    throw new ArgumentError(`got --learn-ceiling=${ceiling}, supply an instant of RFC 3339 in UTC`);
  }
  const latest = ceiling === undefined ? -Infinity : Date.parse(ceiling);
  return (snapshot) => {
    const learn = snapshot.payload('egress-allowlist')?.learn;
    if (learn === undefined || Date.parse(learn.until) <= latest) return [];
    return [
      {
        path: `${projection['egress-allowlist'].file}.learn`,
        code: 'KARS_DOCUMENT_BELOW_FLOOR',
        message: `got ${learn.until}, and this process may learn until ${ceiling ?? 'never'}; deploy the pod of the same synthesis`,
      },
    ];
  };
}

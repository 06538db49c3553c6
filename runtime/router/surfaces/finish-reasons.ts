import { isRecord } from './reach.ts';

const words = (values: readonly unknown[]): string[] =>
  values.filter((value) => typeof value === 'string');

/** Why the answers in a completion ended, or in a chunk of one. */
export const choicesEnded = ({ choices }: Readonly<Record<string, unknown>>): string[] =>
  Array.isArray(choices)
    ? words(choices.map((choice: unknown) => isRecord(choice) && choice['finish_reason']))
    : [];

/** Why the answers in a whole answer ended, by whichever API it is of. */
export function finishReasonsOf(answer: unknown): string[] {
  if (!isRecord(answer)) return [];
  const { stop_reason: stopped, status } = answer;
  return [...choicesEnded(answer), ...words([stopped, status])];
}

import type { Fact, Finding, State } from './facts.ts';

/** What one check came to. */
export const finding = (check: string, state: State, found: string, cure = ''): Finding => ({
  check,
  state,
  found,
  cure,
});

/** A check of one fact; what could not be read is unknown. */
export function of<T>(
  check: string,
  fact: Fact<T>,
  judge: (value: T) => Finding | Finding[],
): Finding[] {
  return 'value' in fact
    ? [judge(fact.value)].flat()
    : [finding(check, 'unknown', fact.unreadable, 'run it as somebody who may read this')];
}

/** Names in one line, the first of them where there are many. */
export const listOf = (names: readonly string[]): string =>
  names.length > 8
    ? `${names.slice(0, 8).join(', ')} and ${names.length - 8} more`
    : names.join(', ');

import { median } from '../report.ts';

/** One measurement of a program; `M` names what is measured. */
export interface Figure<M extends string> {
  readonly program: string;
  readonly measure: M;
  readonly value: number;
  /** Share of the time in which the process under test was busy, where that matters. */
  readonly busy?: number;
}

/** The middle of all runs; NaN for what was not measured. */
export const middleOf = <M extends string>(
  figures: readonly Figure<M>[],
  measure: M,
  program: string,
): number => median(of(figures, measure, program).map(({ value }) => value));

/** How busy a process was in the middle of all runs; 1 where that does not matter. */
export const busyIn = <M extends string>(
  figures: readonly Figure<M>[],
  measure: M,
  program: string,
): number => median(of(figures, measure, program).map(({ busy = 1 }) => busy));

const of = <M extends string>(
  figures: readonly Figure<M>[],
  measure: M,
  program: string,
): readonly Figure<M>[] =>
  figures.filter((figure) => figure.measure === measure && figure.program === program);

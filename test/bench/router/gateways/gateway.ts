import type { MeasuredProgram } from '../../measured/program.ts';
import type { Load } from '../driver/load.ts';

/** A gateway that is measured. */
export interface Gateway extends MeasuredProgram {
  readonly carries: readonly Load[];
  /** Headers that it wants of its clients. */
  readonly headers: Readonly<Record<string, string>>;
}

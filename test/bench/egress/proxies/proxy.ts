import type { MeasuredProgram } from '../../measured/program.ts';
import type { Load } from '../driver/load.ts';

/** A proxy that is measured. */
export interface Proxy extends MeasuredProgram {
  readonly carries: readonly Load[];
}

import type { Demand } from './budget/budget.ts';
import type { ModelRequest, Surface } from './surfaces/surface.ts';

/** What a request may use, once its output has one limit at most. */
export const demandOf = <R extends ModelRequest>(
  { output, inputBound }: Surface<R>,
  request: R,
): Demand => ({
  input: () => inputBound(request),
  answers: output?.answers(request) ?? 0,
  output: output?.limits(request)[0],
});

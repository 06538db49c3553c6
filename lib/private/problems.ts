import type { Construct } from 'constructs';
import { formatProblem, type Problem } from '../contract/problem.ts';
import type { SynthCode } from '../contract/codes/synth.ts';

/** A problem with a code of the synth catalogue. */
export const problem = (code: SynthCode, path: string, message: string): Problem => ({
  path,
  code,
  message,
});

/**
 * Reports `problems` when the app is synthesized, together with those of every other construct, each
 * behind the path of its construct.
 */
export function reportAtSynth(scope: Construct, problems: readonly Problem[]): void {
  if (problems.length > 0) {
    scope.node.addValidation({ validate: () => problems.map(formatProblem) });
  }
}

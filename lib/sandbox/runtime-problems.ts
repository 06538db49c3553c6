import { COMMAND_MISSING, namesProgram } from '../agent/command.ts';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';
import type { AcceptedSandboxSpec } from './input.ts';

/**
 * What no pod can be made of: the launcher starts a program by name, and who expands a custom resource
 * sees no entry point of an image.
 */
export function runtimeProblems({ runtime: { kind, byo } }: AcceptedSandboxSpec): Problem[] {
  if (byo === undefined) {
    const text = `got ${kind}, this release runs BYO: an image and its command`;
    return [problem('KARS_RUNTIME_KIND', 'spec.runtime.kind', text)];
  }
  return namesProgram(byo.command ?? [])
    ? []
    : [problem('KARS_COMMAND_MISSING', 'spec.runtime.byo.command', COMMAND_MISSING)];
}

import type { Command } from 'commander';
import { formatProblem, type Posture } from 'kars-constructs/contract';
import { CommandError, exitCodes } from '../exit-codes.ts';
import { readManifestFile } from '../manifest-files.ts';
import type { Output } from '../output.ts';
import { oneLine } from '../printable.ts';
import { posturesIn } from '../posture/from-manifests.ts';
import { formatPosture } from '../posture/print.ts';

interface Options {
  readonly json?: boolean;
  readonly strict?: boolean;
}

/** `kars posture`: how the sandboxes of some manifests hold every promise, and what weakens them. */
export function addPosture(program: Command, output: Output): void {
  program
    .command('posture')
    .description('say how each sandbox holds every promise, what weakens it, and what it opens')
    .argument(
      '<file...>',
      'YAML or JSON files with sandboxes and their policies, - for standard input',
    )
    .option('--json', 'print the postures as JSON')
    .option('--strict', 'end with code 1 when a sandbox weakens a promise')
    .action(async (files: string[], { json = false, strict = false }: Options) => {
      const { postures, problems } = posturesIn(await Promise.all(files.map(readManifestFile)));
      for (const { about, problem } of problems) {
        output.progress(oneLine(`${about}: ${formatProblem(problem)}`));
      }
      if (postures.length === 0 && problems.length === 0) {
        throw new CommandError(
          'failed',
          'got no KarsSandbox in these files; supply what cdk8s synth wrote',
        );
      }
      output.print(
        json ? JSON.stringify(postures, null, 2) : postures.map(formatPosture).join('\n\n'),
      );
      const fails = problems.length > 0 || (strict && postures.some(isWeakened));
      process.exitCode = fails ? exitCodes.failed : exitCodes.ok;
    });
}

const isWeakened = ({ promises }: Posture): boolean =>
  promises.some(({ weakenedBy }) => weakenedBy.length > 0);

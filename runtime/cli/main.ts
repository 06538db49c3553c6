#!/usr/bin/env node
import { constants } from 'node:os';
import { Command, CommanderError } from 'commander';
import { RELEASE } from 'kars-constructs/contract';
import { addAudit } from './commands/audit.ts';
import { addCrds } from './commands/crds.ts';
import { addDoctor } from './commands/doctor.ts';
import { addEgress } from './commands/egress.ts';
import { addImages } from './commands/images.ts';
import { addPolicy } from './commands/policy.ts';
import { addPosture } from './commands/posture.ts';
import { addQuickstart } from './commands/quickstart.ts';
import { addStatus } from './commands/status.ts';
import { addValidate } from './commands/validate.ts';
import { CommandError, exitCodeMeanings, exitCodes } from './exit-codes.ts';
import { processOutput } from './output.ts';

// Children and temporary directories go away with the `exit` event, which a signal alone does not cause.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

// A reader such as `head` that has seen enough is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  process.exit(error.code === 'EPIPE' ? process.exitCode : exitCodes.internal);
});

const program = new Command('kars')
  .description('run AI agents in hardened Kubernetes sandboxes')
  .version(RELEASE)
  .addHelpText('after', `\nExit codes:\n${exitCodeHelp()}`)
  .exitOverride();

addCrds(program, processOutput);
addValidate(program, processOutput);
addPosture(program, processOutput);
addImages(program, processOutput);
addAudit(program, processOutput);
addStatus(program, processOutput);
addEgress(program, processOutput);
addPolicy(program, processOutput);
addDoctor(program, processOutput);
addQuickstart(program, processOutput);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  } else {
    processOutput.progress(`kars: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = error instanceof CommandError ? error.exitCode : exitCodes.internal;
  }
}

function exitCodeHelp(): string {
  const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];
  return names.map((name) => `  ${exitCodes[name]}  ${exitCodeMeanings[name]}`).join('\n');
}

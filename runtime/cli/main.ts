#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { RELEASE } from 'kars-constructs/contract';
import { addAudit } from './commands/audit.ts';
import { addCrds } from './commands/crds.ts';
import { addQuickstart } from './commands/quickstart.ts';
import { addValidate } from './commands/validate.ts';
import { exitCodes } from './exit-codes.ts';
import { processOutput } from './output.ts';

const program = new Command('kars')
  .description('run AI agents in hardened Kubernetes sandboxes')
  .version(RELEASE)
  .exitOverride();

addCrds(program, processOutput);
addValidate(program, processOutput);
addAudit(program, processOutput);
addQuickstart(program, processOutput);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  } else {
    processOutput.progress(`kars: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = exitCodes.internal;
  }
}

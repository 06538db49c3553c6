import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { segmentFiles } from '../../audit/segments.ts';
import { verifyAuditLog, type Verification } from '../../audit/verify.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Output } from '../output.ts';

/** `kars audit verify`: checks audit logs without a running process. */
export function addAudit(program: Command, output: Output): void {
  program
    .command('audit')
    .description('work with audit logs')
    .command('verify')
    .description('check every record of a log and every link between them')
    .argument('<log...>', 'audit logs: a file, or a directory with the segments of one')
    .option('--json', 'print the results as JSON')
    .action(async (logs: string[], { json = false }: { json?: boolean }) => {
      const results: VerifiedLog[] = [];
      for (const log of logs) {
        output.progress(`verifying ${log}`);
        const isDirectory = (await stat(log)).isDirectory();
        results.push({
          log,
          ...(await verifyAuditLog(isDirectory ? await segmentFiles(log) : log)),
        });
      }
      output.print(json ? JSON.stringify(results, null, 2) : results.map(lineOf).join('\n'));
      process.exitCode = results.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed;
    });
}

type VerifiedLog = { readonly log: string } & Verification;

function lineOf(result: VerifiedLog): string {
  const { log } = result;
  if (!result.ok) {
    const { file, line, code, message } = result;
    const place = basename(log) === file ? log : join(log, file);
    return `${place}:${line}: [${code}] ${message}`;
  }
  const { from, records, allowed, denied, head } = result;
  const beginning = from === 0 ? '' : ` from number ${from}, those before it were removed,`;
  return `${log}: ${records} records,${beginning} ${allowed} allowed, ${denied} denied, head ${head}`;
}

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
    .description('check every record of a log, every link between them and every signature')
    .argument('<log...>', 'audit logs: a file, or a directory with the segments of one')
    .option(
      '--key <key...>',
      'public keys that may sign, as the processes log them at their start; without, any key',
    )
    .option('--json', 'print the results as JSON')
    .action(async (logs: string[], { json = false, key }: { json?: boolean; key?: string[] }) => {
      const results: VerifiedLog[] = [];
      for (const log of logs) {
        output.progress(`verifying ${log}`);
        const isDirectory = (await stat(log)).isDirectory();
        results.push({
          log,
          ...(await verifyAuditLog(isDirectory ? await segmentFiles(log) : log, key)),
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
  const { from, records, allowed, denied, head, signedThrough, signedLate, keys } = result;
  const beginning = from === 0 ? '' : ` from number ${from}, those before it were removed,`;
  const signed =
    signedThrough === undefined
      ? 'nothing signed'
      : `signed up to number ${signedThrough} by ${keys.join(', ')}`;
  const late = signedLate === 0 ? '' : ` (${signedLate} of them after a restart only)`;
  return `${log}: ${records} records,${beginning} ${allowed} allowed, ${denied} denied, ${signed}${late}, head ${head}`;
}

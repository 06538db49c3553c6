import type { Command } from 'commander';
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
    .argument('<file...>', 'audit logs')
    .option('--json', 'print the results as JSON')
    .action(async (files: string[], { json = false }: { json?: boolean }) => {
      const results: ({ readonly file: string } & Verification)[] = [];
      for (const file of files) {
        output.progress(`verifying ${file}`);
        results.push({ file, ...(await verifyAuditLog(file)) });
      }
      output.print(
        json
          ? JSON.stringify(results, null, 2)
          : results
              .map((result) =>
                result.ok
                  ? `${result.file}: ${result.records} records, ${result.allowed} allowed, ${result.denied} denied, head ${result.head}`
                  : `${result.file}:${result.line}: [${result.code}] ${result.message}`,
              )
              .join('\n'),
      );
      process.exitCode = results.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.failed;
    });
}

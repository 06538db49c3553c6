import type { Command } from 'commander';
import { customResourceDefinition, kinds } from 'kars-constructs/contract';
import { stringify } from 'yaml';
import type { Output } from '../output.ts';

/** `kars crds`: the custom resource definitions, for `kubectl apply --server-side -f -`. */
export function addCrds(program: Command, output: Output): void {
  program
    .command('crds')
    .description('print the custom resource definitions as one YAML stream')
    .option('--json', 'print them as one JSON list')
    .action(({ json = false }: { json?: boolean }) => {
      const definitions = kinds.map(customResourceDefinition);
      output.print(
        json
          ? JSON.stringify(definitions, null, 2)
          : definitions.map((definition) => stringify(definition)).join('---\n'),
      );
    });
}

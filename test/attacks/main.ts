import { parseArgs } from 'node:util';
import { CommandError } from '../../runtime/cli/exit-codes.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    kubeconfig: { type: 'string' },
    context: { type: 'string' },
    sandbox: { type: 'string' },
  },
});
const { json, kubeconfig, context, sandbox } = values;
const progress = (text: string): void => void process.stderr.write(`${text}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

try {
  process.exitCode =
    sandbox === undefined && kubeconfig === undefined && context === undefined
      ? await (await import('./on-node.ts')).main(json, print, progress)
      : await (
          await import('./own-cluster/main.ts')
        ).main(
          {
            ...(kubeconfig === undefined ? {} : { kubeconfig }),
            ...(context === undefined ? {} : { context }),
          },
          sandbox,
          { json, print, progress },
        );
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  progress(error.message);
  process.exitCode = error.exitCode;
}

import { parseArgs } from 'node:util';
import { CommandError } from '../../runtime/cli/exit-codes.ts';
import { givenImages } from './own-cluster/given-images.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    kubeconfig: { type: 'string' },
    context: { type: 'string' },
    sandbox: { type: 'string' },
    'agent-image': { type: 'string' },
    images: { type: 'string' },
    registry: { type: 'string' },
  },
});
const { json, kubeconfig, context, sandbox } = values;
const progress = (text: string): void => void process.stderr.write(`${text}\n`);
const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** Any option but `--json` is about a cluster that is in use. */
const ofCluster = Object.keys(values).some((name) => name !== 'json');

try {
  if (ofCluster) {
    const images = givenImages(values);
    const { main } = await import('./own-cluster/main.ts');
    process.exitCode = await main(
      {
        ...(kubeconfig === undefined ? {} : { kubeconfig }),
        ...(context === undefined ? {} : { context }),
      },
      {
        ...(sandbox === undefined ? {} : { sandbox }),
        ...(images === undefined ? {} : { images }),
      },
      { json, print, progress },
    );
  } else {
    const { main } = await import('./on-node.ts');
    process.exitCode = await main(json, print, progress);
  }
} catch (error) {
  if (!(error instanceof CommandError)) throw error;
  progress(error.message);
  process.exitCode = error.exitCode;
}

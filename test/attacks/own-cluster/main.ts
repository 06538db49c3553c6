import type { ClusterOptions } from '../../../runtime/cli/cluster/kube-client.ts';
import { CommandError, exitCodes } from '../../../runtime/cli/exit-codes.ts';
import { runOnCluster } from './run.ts';

/** Where results go. */
export interface Told {
  readonly json: boolean;
  readonly print: (text: string) => void;
  readonly progress: (text: string) => void;
}

/** Makes the requests of users to a cluster that is in use, and gives the exit code. */
export async function main(
  options: ClusterOptions,
  sandbox: string | undefined,
  { json, print, progress }: Told,
): Promise<number> {
  if (sandbox === undefined) {
    throw new CommandError(
      'usage',
      'got no --sandbox, supply the name of one that runs on the cluster',
    );
  }
  progress(`requests to the namespace of ${sandbox}, each a dry run`);
  const results = await runOnCluster(options, sandbox);
  if (json) {
    const plain = results.map(({ attack: { id, title, stoppedBy }, ...rest }) => ({
      id,
      title,
      stoppedBy,
      ...rest,
    }));
    print(JSON.stringify({ results: plain }));
  } else {
    for (const { attack, outcome, detail } of results) {
      print(`${outcome.padEnd(10)} ${attack.title} (${attack.stoppedBy.join(', ')}): ${detail}`);
    }
  }
  const count = (wanted: string): number =>
    results.filter(({ outcome }) => outcome === wanted).length;
  progress(
    `${results.length} requests: ${count('stopped')} stopped, ${count('succeeded')} succeeded, ${count('error')} unclear, ${count('not tried')} not tried`,
  );
  return count('succeeded') + count('error') === 0 ? exitCodes.ok : exitCodes.failed;
}

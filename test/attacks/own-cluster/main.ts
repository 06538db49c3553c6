import type { ClusterOptions } from '../../../runtime/cli/cluster/kube-client.ts';
import { CommandError, exitCodes } from '../../../runtime/cli/exit-codes.ts';
import type { Outcome } from '../attack.ts';
import type { GivenImages } from './in-pod-objects.ts';
import { runInPods } from './run-in-pods.ts';
import { runOnCluster } from './run.ts';
import { clientOf } from './client.ts';

/** Where results go. */
export interface Told {
  readonly json: boolean;
  readonly print: (text: string) => void;
  readonly progress: (text: string) => void;
}

/** What is tried; at least one of them. */
export interface Tried {
  /** A sandbox that runs, whose namespace users ask for. */
  readonly sandbox?: string;
  /** Images of sandboxes that are made for the attacks. */
  readonly images?: GivenImages;
}

/** One attack, however it was made. */
interface Row {
  readonly id: string;
  readonly title: string;
  readonly stoppedBy: readonly string[];
  readonly outcome: Outcome['outcome'] | 'not tried';
  readonly detail: string;
  /** What came of it in a pod that says nothing about its security. */
  readonly ordinary?: Outcome['outcome'];
}

/** Makes attacks on a cluster that is in use, and gives the exit code. */
export async function main(
  options: ClusterOptions,
  { sandbox, images }: Tried,
  { json, print, progress }: Told,
): Promise<number> {
  if (sandbox === undefined && images === undefined) {
    throw new CommandError(
      'usage',
      'got neither --sandbox nor --agent-image, supply the name of a sandbox that runs on the cluster, or an image of agents',
    );
  }
  const rows: Row[] = [];
  if (sandbox !== undefined) {
    progress(`requests to the namespace of ${sandbox}, each a dry run`);
    rows.push(...(await asUsers(options, sandbox)));
  }
  if (images !== undefined) {
    progress('attempts of an agent, in namespaces that are removed afterwards');
    rows.push(...(await asAgent(options, images)));
  }
  if (json) print(JSON.stringify({ results: rows }));
  else for (const row of rows) print(lineOf(row));
  const count = (wanted: Row['outcome']): number =>
    rows.filter(({ outcome }) => outcome === wanted).length;
  progress(
    `${rows.length} attacks: ${count('stopped')} stopped, ${count('succeeded')} succeeded, ${count('error')} unclear, ${count('not tried')} not tried`,
  );
  return count('succeeded') + count('error') === 0 ? exitCodes.ok : exitCodes.failed;
}

async function asUsers(options: ClusterOptions, sandbox: string): Promise<Row[]> {
  const results = await runOnCluster(options, sandbox);
  return results.map(({ attack: { id, title, stoppedBy }, ...rest }) => ({
    id,
    title,
    stoppedBy,
    ...rest,
  }));
}

async function asAgent(options: ClusterOptions, images: GivenImages): Promise<Row[]> {
  const client = await clientOf(options);
  try {
    const { results, leftOut } = await runInPods(client, images);
    return [
      ...results.map(({ attack: { id, title, stoppedBy }, outcome, ordinary }) => ({
        ...{ id, title, stoppedBy },
        ...outcome,
        ...(ordinary === undefined ? {} : { ordinary: ordinary.outcome }),
      })),
      ...leftOut.map(({ attack: { id, title, stoppedBy }, why }) => ({
        ...{ id, title, stoppedBy },
        outcome: 'not tried' as const,
        detail: why,
      })),
    ];
  } finally {
    await client.close();
  }
}

function lineOf({ outcome, title, stoppedBy, detail, ordinary }: Row): string {
  const compared = ordinary === undefined ? '' : `; in an ordinary pod: ${ordinary}`;
  return `${outcome.padEnd(10)} ${title} (${stoppedBy.join(', ')}): ${detail}${compared}`;
}

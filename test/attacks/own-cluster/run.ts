import type { ClusterOptions } from '../../../runtime/cli/cluster/kube-client.ts';
import { requestAll } from '../as-user.ts';
import type { Outcome, UserAttack } from '../attack.ts';
import { userAttacks } from '../catalogue/index.ts';
import { clientOf } from './client.ts';
import { liveTarget } from './live-target.ts';

/** What became of an attack on a cluster that is in use; what asks for a kind or namespace that is not there is not tried. */
export interface LiveResult {
  readonly attack: UserAttack;
  readonly outcome: Outcome['outcome'] | 'not tried';
  readonly detail: string;
}

/** Makes every request of a user to the cluster of a kubeconfig, as dry runs. */
export async function runOnCluster(
  options: ClusterOptions,
  sandbox: string,
): Promise<readonly LiveResult[]> {
  const client = await clientOf(options);
  try {
    const outcomes = await requestAll(await liveTarget(client, sandbox));
    return userAttacks.map((attack) => {
      const { outcome, detail } = outcomes.get(attack.id) ?? { outcome: 'error', detail: '' };
      return outcome === 'error' && NOT_THERE.test(detail)
        ? {
            attack,
            outcome: 'not tried',
            detail: 'the cluster has no such kind, class or namespace',
          }
        : { attack, outcome, detail };
    });
  } finally {
    await client.close();
  }
}

const NOT_THERE =
  /the server could not find the requested resource|404 page not found|namespaces "[^"]*" not found|RuntimeClass "[^"]*" not found/;

import type { Pod } from 'kubernetes-types/core/v1.js';
import type { Client } from '../cluster/client.ts';
import { isReady, logsOf, waitForPod } from '../cluster/node/pods.ts';
import type { Outcome } from './attack.ts';

/** What became of attempts, by their names. */
export type Outcomes = ReadonlyMap<string, Outcome>;

interface Line extends Outcome {
  readonly attempt?: string;
  readonly done?: true;
}

/** Waits until the agent has made all attempts, in the pod of a namespace whose name begins with `name`. */
export async function outcomesIn(
  admin: Client,
  namespace: string,
  name = '',
  seconds = 120,
): Promise<Outcomes> {
  const is = (pod: Pod): boolean => isReady(pod) && (pod.metadata?.name ?? '').startsWith(name);
  const pod = await waitForPod(admin, namespace, is, seconds);
  const deadline = Date.now() + 240_000;
  while (Date.now() < deadline) {
    const lines = (await logsOf(admin, pod, 'agent'))
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Line);
    if (lines.some(({ done }) => done === true)) {
      return new Map(lines.map((line) => [line.attempt ?? '', line]));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`the agent in ${namespace} did not end:\n${await logsOf(admin, pod, 'agent')}`);
}

import { randomBytes } from 'node:crypto';
import { CommandError } from '../../../runtime/cli/exit-codes.ts';
import type { ApplicableObject, Client } from '../../cluster/client.ts';
import type { AgentAttack, OrderedAttack, Outcome } from '../attack.ts';
import { orderedAttacks } from '../catalogue/index.ts';
import { applyAll } from '../../cluster/node/pods.ts';
import { commandFor, providerKey } from '../pods.ts';
import { outcomesIn, type Outcomes } from '../reports.ts';
import { makeWorld } from '../world.ts';
import { ordinaryPod, PYTHON, sandboxObjects, type GivenImages } from './in-pod-objects.ts';
import { choose, type LeftOut } from './left-out.ts';
import { judge, orderedId, ordersFor, soloAttacks } from './orders.ts';

/** What became of an attempt in a sandbox. */
export interface PodResult {
  readonly attack: AgentAttack | OrderedAttack;
  readonly outcome: Outcome;
  /** In a pod of the same program that says nothing about its security; absent for attacks on sidecars, which it lacks. */
  readonly ordinary?: Outcome;
}

/** What was tried on a cluster that is in use, and what was not. */
export interface PodResults {
  readonly results: readonly PodResult[];
  readonly leftOut: readonly LeftOut[];
}

/** Images may have to be pulled. */
const START_SECONDS = 300;

/**
 * Has an agent make its attempts in a sandbox of the cluster, in namespaces that are made for it and removed.
 *
 * @throws CommandError when the cluster does not take the sandbox, or does not start it.
 */
export async function runInPods(client: Client, images: GivenImages): Promise<PodResults> {
  const name = `attacks-${randomBytes(4).toString('hex')}`;
  const sandbox = `kars-${name}`;
  // Nothing is made in the cluster for what synthesis refuses, and nothing started for what the platform does.
  const first = synthesized(name, images, ['true']).filter(({ kind }) => kind === 'Namespace');
  try {
    await taken(client, [namespaceOf(name), ...first]);
    const image = images.agent;
    const world = await started(makeWorld(client, { namespace: name, image, python: PYTHON }));
    const { tried, leftOut } = choose(world);
    const attempts = tried.map(({ attempt }) => attempt);
    const command = commandFor(world, attempts, { python: PYTHON, orders: ordersFor(world) });
    const pods = [...synthesized(name, images, command), providerKey(name)];
    const plain = commandFor(world, attempts, { python: PYTHON });
    await taken(client, [...pods, ordinaryPod(name, image, plain)]);
    const outcomes = await started(outcomesIn(client, sandbox, name, START_SECONDS));
    const ordinary = await started(outcomesIn(client, name, 'ordinary', START_SECONDS));
    const results = tried.map((attack) => ({
      attack,
      outcome: outcomes.get(attack.attempt) ?? missing,
      ordinary: ordinary.get(attack.attempt) ?? missing,
    }));
    return { results: [...results, ...onSidecars(outcomes)], leftOut };
  } finally {
    await remove(client, [sandbox, name]);
  }
}

const missing: Outcome = { outcome: 'error', detail: 'no report' };

const onSidecars = (outcomes: Outcomes): PodResult[] =>
  soloAttacks.flatMap((solo) => {
    const attack = orderedAttacks.find(({ id }) => id === orderedId(solo));
    const said = outcomes.get(orderedId(solo)) ?? missing;
    return attack === undefined ? [] : [{ attack, outcome: judge(solo, said) }];
  });

const namespaceOf = (name: string): ApplicableObject => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, ...{ labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } },
});

/** Synthesis refuses a list of images that is missing or malformed. */
function synthesized(
  name: string,
  images: GivenImages,
  command: readonly string[],
): readonly ApplicableObject[] {
  try {
    return sandboxObjects(name, name, images, command);
  } catch (error) {
    throw new CommandError('usage', String(error));
  }
}

const taken = (client: Client, objects: readonly ApplicableObject[]): Promise<void> =>
  applyAll(client, objects).catch((error: unknown) => {
    throw new CommandError(
      'internal',
      `the cluster does not take the sandbox of the attacks; run them as one of the deployers of the platform: ${String(error)}`,
    );
  });

const started = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw new CommandError('internal', String(error));
  });

/** Removes namespaces, and waits until they are gone. */
async function remove(client: Client, names: readonly string[]): Promise<void> {
  const path = (name: string): string => `/api/v1/namespaces/${name}`;
  for (const name of names) {
    const { ok, status, message } = await client.call('DELETE', path(name));
    if (!ok && status !== 404) throw new CommandError('internal', `remove ${name}: ${message}`);
  }
  const deadline = Date.now() + 120_000;
  for (const name of names) {
    while ((await client.call('GET', path(name))).status !== 404) {
      if (Date.now() > deadline) throw new CommandError('internal', `${name} is still there`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}

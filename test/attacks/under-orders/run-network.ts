import type { Pod } from 'kubernetes-types/core/v1.js';
import { isReady } from '../../cluster/node/pods.ts';
import { killContainers } from '../../cluster/state/disruptions.ts';
import { allowed } from './allowed.ts';
import type { NetworkAttack, NetworkLayer, Surroundings } from './network-attack.ts';
import { packetAttacks } from './packet-attacks.ts';
import {
  addressesOf,
  exchange,
  obey,
  reachWorld,
  relayAll,
  removePacketRules,
  sandboxObjects,
  startWorld,
  surround,
  type Patch,
  type Runner,
} from './pods.ts';
import { sidecarAttacks } from './sidecar-attacks.ts';

/** Every attack on the network. */
export const networkAttacks: readonly NetworkAttack[] = [...packetAttacks, ...sidecarAttacks];

/** What came of each attack, by its id. */
export type Outcomes = Readonly<Record<string, string>>;

/** What came of every attack on a sandbox as it is synthesized, and without the layers that stop it. */
export interface NetworkOutcomes {
  readonly governed: Outcomes;
  /** What policy allows and did not work on it. */
  readonly unserved: readonly string[];
  readonly control: Outcomes;
}

const AT_ONCE = 8;
const REQUEST = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';

/** Runs every attack on the product and, in pods that lack its layers, each without these. */
export async function runNetworkAttacks(node: Runner): Promise<NetworkOutcomes> {
  const world = await startWorld(node);
  const start = async (name: string, patch: Patch): Promise<Pod> => {
    await node.apply(sandboxObjects(node.images, name, world, patch));
    const pod = await node.pod(`kars-${name}`, isReady);
    await surround(pod, world);
    return pod;
  };
  const run = (pod: Pod, tried: readonly NetworkAttack[]): Promise<Outcomes> =>
    runAll(node, pod, world, tried);

  const onHeld = async (): Promise<Omit<NetworkOutcomes, 'control'> & { ruleless: Outcomes }> => {
    const held = await start('held', reachWorld);
    const unserved: string[] = [];
    for (const { order, says } of allowed) {
      const said = await obey(held, order);
      if (!says.test(said)) unserved.push(said);
    }
    const governed = await run(held, networkAttacks);
    // The pod has other containers after an attack that ended one.
    const again = await node.pod('kars-held', isReady);
    await removePacketRules(again);
    return { governed, unserved, ruleless: await run(again, stoppedBy('packets')) };
  };
  const onRelayed = async (): Promise<Outcomes> => {
    const relayed = await start('relayed', relayAll);
    return run(relayed, [...stoppedBy('egress'), ...stoppedBy('model')]);
  };
  const [{ governed, unserved, ruleless }, undecided] = await Promise.all([onHeld(), onRelayed()]);
  return { governed, unserved, control: { ...ruleless, ...undecided } };
}

const stoppedBy = (layer: NetworkLayer): NetworkAttack[] =>
  networkAttacks.filter((attack) => attack.layer === layer);

async function runAll(
  node: Runner,
  pod: Pod,
  world: Surroundings,
  tried: readonly NetworkAttack[],
): Promise<Outcomes> {
  const outcomes: Record<string, string> = {};
  const attempt = async (attack: NetworkAttack): Promise<void> => {
    outcomes[attack.id] = await outcomeOf(node, pod, world, attack);
  };
  // A sidecar that is ended would stop the attempts that go through it.
  const endsOne = ({ asked }: NetworkAttack): boolean => asked?.ends !== undefined;
  const waiting = tried.filter((attack) => !endsOne(attack));
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      await attempt(next);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  for (const attack of tried.filter(endsOne)) await attempt(attack);
  return outcomes;
}

async function outcomeOf(
  node: Runner,
  pod: Pod,
  world: Surroundings,
  { orders, asked }: NetworkAttack,
): Promise<string> {
  const [own = ''] = addressesOf(pod);
  const said: string[] = [];
  const obeyed = (async () => {
    for (const order of orders({ ...world, own })) said.push(await obey(pod, order));
  })();
  if (asked?.ends !== undefined) {
    const now = await node.pod(pod.metadata?.namespace ?? '', isReady);
    await killContainers(now, [asked.ends]);
  }
  await obeyed;
  return asked === undefined ? (said.at(-1) ?? '') : exchange(own, asked.port, REQUEST);
}

import type { Pod } from 'kubernetes-types/core/v1.js';
import type { KarsImages } from 'kars-constructs';
import { NODE_NAMESPACE } from 'kars-constructs/contract';
import type { ApplicableObject, Client } from '../cluster/client.ts';
import { serveForeign } from '../cluster/admission/foreign-kinds.ts';
import { clean } from '../cluster/node/clean.ts';
import { applyAll, isReady, logsOf, waitForPod } from '../cluster/node/pods.ts';
import { neighbourPod } from '../cluster/sandbox/agents.ts';
import type { AgentAttack, OrderedAttack, Outcome, Result, Target, UserAttack } from './attack.ts';
import { agentAttacks, finalAttacks, orderedAttacks, userAttacks } from './catalogue/index.ts';
import { layerIds, layers, type Layer, type LayerId } from './layers.ts';
import { modelResults } from './modelled/network-policies.ts';
import { madeAnew, requestAll } from './as-user.ts';
import { runSelfDestruction, type SelfDestruction } from './self-destructive/run.ts';
import { MetadataService } from './metadata-service.ts';
import {
  networkAttacks,
  runNetworkAttacks,
  type NetworkOutcomes,
} from './under-orders/run-network.ts';
import { DEPLOYERS, platformOf, providerKey, sandboxWith, type World } from './pods.ts';
import { liftPolicies, policiesInForce } from '../cluster/admission/policies.ts';

/** The cluster that attacks are run on. */
export interface Cluster {
  readonly admin: Client;
  readonly images: KarsImages;
}

const PORT = 7000;
const DNS_PORT = 53;
const GOVERNED = 'governed';
const BARE = 'bare';
const TENANTS = 'tenants';

type Outcomes = ReadonlyMap<string, Outcome>;

/** Runs every attack on the product, by each layer alone, and without any; leaves the cluster as it was. */
export async function runAttacks(
  { admin, images }: Cluster,
  progress: (text: string) => void,
): Promise<Result[]> {
  const metadata = await MetadataService.start();
  try {
    progress('neighbours of the sandbox');
    const world = await makeWorld(admin);
    progress('admission policies of the platform');
    await serveForeign(admin, [['cilium.io', 'CiliumNetworkPolicy']]);
    await applyAll(admin, [agents, profiles, everythingFor(TENANTS), everythingFor(DEPLOYERS)]);
    await applyAll(admin, platformOf(images));
    await policiesInForce(admin);
    progress('the sandbox, with every layer');
    const deployer = admin.as('deployer', [DEPLOYERS]);
    await applyAll(deployer, [...sandboxWith(GOVERNED, images, world), providerKey(GOVERNED)]);
    const governed = await outcomesOf(admin, GOVERNED);
    const tenant = admin.as('tenant', [TENANTS]);
    const target = await targetOf(admin, tenant, sandboxWith(GOVERNED, images, world));
    const refused = await requestAll(target);
    progress('the same requests, without the policies');
    await liftPolicies(admin);
    const allowed = await requestAll(target);
    progress(`${layerIds.length + 1} sandboxes, with one layer each and with none`);
    const controls = await runControls(admin, images, world);
    progress(
      'two sandboxes whose agents take orders, one of them with sidecars that decide nothing',
    );
    const ordered = await runNetworkAttacks({
      images,
      apply: (objects) => applyAll(admin, objects),
      pod: (namespace, accepts, seconds) => waitForPod(admin, namespace, accepts, seconds),
    });
    progress('three sandboxes whose agents have themselves evicted, two of them without a layer');
    const final = await runSelfDestruction(admin, images);
    if (!/reached/.test(ordered.allowed)) throw new Error('what policy allows does not work');
    return [
      ...agentAttacks.map((attack) => agentResult(attack, governed, controls)),
      ...orderedAttacks.map((attack) => orderedResult(attack, ordered)),
      ...finalAttacks.map((attack) => finalResult(attack, final)),
      ...modelResults(),
      ...userAttacks.map((attack) => userResult(attack, refused, allowed)),
    ];
  } finally {
    await metadata.stop();
    await clean(admin);
  }
}

const agents = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } };

/** There without the pods, which would want a node of their own. */
const profiles = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: NODE_NAMESPACE } };

const everythingFor = (group: string): ApplicableObject => {
  const apiGroup = 'rbac.authorization.k8s.io';
  const binding = {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: group.replace(':', '-') },
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup, kind: 'Group', name: group }],
  };
  return binding;
};

async function makeWorld(admin: Client): Promise<World> {
  const named = (name: string, port: number): ApplicableObject => {
    const pod = neighbourPod(port);
    // Ports below 1024 are for root.
    const spec = { ...pod.spec, securityContext: { runAsUser: 0 } };
    return { ...pod, metadata: { ...pod.metadata, name }, ...{ spec } };
  };
  await applyAll(admin, [named('neighbour', PORT), named('dns', DNS_PORT)]);
  const addressesOf = async (name: string): Promise<readonly string[]> => {
    const is = (pod: Pod): boolean => pod.metadata?.name === name && isReady(pod);
    const pod = await waitForPod(admin, 'default', is);
    return (pod.status?.podIPs ?? []).map(({ ip }) => ip ?? '');
  };
  const [v4 = '', v6 = ''] = await addressesOf('neighbour');
  const [dns = ''] = await addressesOf('dns');
  return { v4, v6, port: PORT, dns };
}

/** Waits until the agent of a sandbox has made all attempts. */
async function outcomesOf(admin: Client, sandbox: string): Promise<Outcomes> {
  const pod = await waitForPod(admin, `kars-${sandbox}`, isReady, 120);
  const deadline = Date.now() + 240_000;
  while (Date.now() < deadline) {
    const lines = (await logsOf(admin, pod, 'agent'))
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as { attempt?: string; done?: true } & Outcome);
    if (lines.some(({ done }) => done === true)) {
      return new Map(lines.map((line) => [line.attempt ?? '', line]));
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  throw new Error(`the agent of ${sandbox} did not end:\n${await logsOf(admin, pod, 'agent')}`);
}

async function runControls(
  admin: Client,
  images: KarsImages,
  world: World,
): Promise<ReadonlyMap<string, Outcomes>> {
  const controls: [string, LayerId[]][] = [
    [BARE, []],
    ...layerIds.map((layer): [string, LayerId[]] => [layer, [layer]]),
  ];
  const nameOf = (name: string): string => (name === BARE ? BARE : `only-${name}`);
  for (const [name, present] of controls) {
    const sandbox = nameOf(name);
    const objects = sandboxWith(sandbox, images, world, present);
    await applyAll(admin, [...objects, providerKey(sandbox)]);
    const pod = await waitForPod(admin, `kars-${sandbox}`, isReady, 120);
    for (const id of layerIds) {
      const layer: Layer = layers[id];
      if (!present.includes(id)) await layer.lift?.(pod);
    }
  }
  const outcomes = await Promise.all(
    controls.map(async ([name]): Promise<[string, Outcomes]> => [
      name,
      await outcomesOf(admin, nameOf(name)),
    ]),
  );
  return new Map(outcomes);
}

const missing: Outcome = { outcome: 'error', detail: 'no report' };

function agentResult(
  attack: AgentAttack,
  governed: Outcomes,
  controls: ReadonlyMap<string, Outcomes>,
): Result {
  const by = (name: string): Outcome => controls.get(name)?.get(attack.attempt) ?? missing;
  return {
    attack,
    governed: governed.get(attack.attempt) ?? missing,
    alone: Object.fromEntries(layerIds.map((layer) => [layer, by(layer)])),
    control: by(BARE),
  };
}

/** Its control takes one layer and leaves all others, so that this one alone stops it. */
function orderedResult(attack: OrderedAttack, { governed, control }: NetworkOutcomes): Result {
  const [layer] = attack.stoppedBy;
  const row = networkAttacks.find(({ id }) => attack.id === `ordered-${id}`);
  const outcomeIn = (outcomes: Readonly<Record<string, string>>): Outcome => {
    const said = row === undefined ? undefined : outcomes[row.id];
    if (row === undefined || said === undefined) return missing;
    const outcome = row.succeeded.test(said) ? 'succeeded' : 'stopped';
    return { outcome, detail: said.split('\n')[0]?.trim() ?? '' };
  };
  return {
    attack,
    governed: outcomeIn(governed),
    alone: { [layer]: outcomeIn(governed) },
    control: outcomeIn(control),
  };
}

function finalResult(attack: OrderedAttack, { governed, control }: SelfDestruction): Result {
  const [layer] = attack.stoppedBy;
  const outcomeIn = (outcomes: SelfDestruction['governed']): Outcome =>
    outcomes[attack.id.replace('final-', '')] ?? missing;
  return {
    attack,
    governed: outcomeIn(governed),
    alone: { [layer]: outcomeIn(governed) },
    control: outcomeIn(control),
  };
}

function userResult(attack: UserAttack, refused: Outcomes, allowed: Outcomes): Result {
  const [layer] = attack.stoppedBy;
  const governed = refused.get(attack.id) ?? missing;
  return {
    attack,
    governed,
    alone: { [layer]: governed },
    control: allowed.get(attack.id) ?? missing,
  };
}

async function targetOf(
  admin: Client,
  client: Client,
  objects: readonly ApplicableObject[],
): Promise<Target> {
  const namespace = `kars-${GOVERNED}`;
  const pod = await waitForPod(admin, namespace, isReady);
  const running = madeAnew(pod);
  return {
    client,
    tries: (object) => client.apply(object, { dryRun: true }),
    objectOf: (kind) => {
      const object = kind === 'Pod' ? running : objects.find((each) => each.kind === kind);
      if (object === undefined) throw new Error(`there is no ${kind}`);
      return object;
    },
    namespace,
    pod: pod.metadata?.name ?? '',
  };
}

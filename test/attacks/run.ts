import type { KarsImages } from 'kars-constructs';
import { NODE_NAMESPACE } from 'kars-constructs/contract';
import type { ApplicableObject, Client } from '../cluster/client.ts';
import { serveForeign } from '../cluster/admission/foreign-kinds.ts';
import { clean } from '../cluster/node/clean.ts';
import { applyAll, isReady, waitForPod } from '../cluster/node/pods.ts';
import { AGENT_IMAGE } from '../cluster/node/test-images.ts';
import type { AgentAttack, OrderedAttack, Outcome, Result, Target, UserAttack } from './attack.ts';
import { agentAttacks, finalAttacks, orderedAttacks, userAttacks } from './catalogue/index.ts';
import { FOREIGN_RUNTIME_CLASS } from './catalogue/pods-beyond-the-floor.ts';
import { layerIds, layers, type Layer, type LayerId } from './layers.ts';
import { makeRoom } from './make-room.ts';
import { modelResults } from './modelled/run.ts';
import { madeAnew, requestAll } from './as-user.ts';
import { disturbing, sidecarsOf, whileAnswering, type Bystander } from './bystanders.ts';
import { runExhaustion, type Exhaustion } from './exhaustion/run.ts';
import { MetadataService } from './metadata-service.ts';
import {
  networkAttacks,
  runNetworkAttacks,
  type NetworkOutcomes,
} from './under-orders/run-network.ts';
import { DEPLOYERS, platformOf, providerKey, PYTHON, sandboxWith } from './pods.ts';
import { outcomesIn, type Outcomes } from './reports.ts';
import { outcomeFrom } from './under-orders/network-attack.ts';
import { makeWorld, type World } from './world.ts';
import { liftPolicies, policiesInForce } from '../cluster/admission/policies.ts';

/** The cluster that attacks are run on. */
export interface Cluster {
  readonly admin: Client;
  readonly images: KarsImages;
}

const GOVERNED = 'governed';
const BARE = 'bare';
const TENANTS = 'tenants';

/** Runs every attack on the product, by each layer alone, and without any; leaves the cluster as it was. */
export async function runAttacks(
  { admin, images }: Cluster,
  progress: (text: string) => void,
): Promise<Result[]> {
  const metadata = await MetadataService.start();
  try {
    progress('models of layers that do not run here');
    const modelled = await modelResults();
    progress('neighbours of the sandbox');
    const world = await makeWorld(admin, {
      namespace: 'default',
      image: AGENT_IMAGE,
      python: PYTHON,
    });
    progress('admission policies of the platform');
    await serveForeign(admin, [
      ['cilium.io', 'CiliumNetworkPolicy'],
      ['gateway.networking.k8s.io', 'HTTPRoute'],
    ]);
    await applyAll(admin, [
      agents,
      profiles,
      foreignRuntime,
      everythingFor(TENANTS),
      everythingFor(DEPLOYERS),
    ]);
    await applyAll(admin, platformOf(images));
    await policiesInForce(admin);
    progress('the sandbox, with every layer');
    const deployer = admin.as('deployer', [DEPLOYERS]);
    await applyAll(deployer, [...sandboxWith(GOVERNED, images, world), providerKey(GOVERNED)]);
    const ready = await waitForPod(admin, `kars-${GOVERNED}`, isReady, 120);
    const bystanders = [...sidecarsOf(ready), neighbourOf(world)];
    const { result: governed, silent } = await whileAnswering(bystanders, () =>
      outcomesIn(admin, `kars-${GOVERNED}`),
    );
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
    progress('sandboxes whose agents use up what the node has, with and without a layer');
    const final = await whileAnswering(bystanders, () => runExhaustion(admin, images));
    if (ordered.unserved.length > 0) {
      throw new Error(`what policy allows does not work: ${ordered.unserved.join('\n')}`);
    }
    return [
      ...agentAttacks.map((attack) =>
        agentResult(
          attack,
          attack.area === 'resources' ? disturbed(governed, silent) : governed,
          controls,
        ),
      ),
      ...orderedAttacks.map((attack) => orderedResult(attack, ordered)),
      ...finalAttacks.map((attack) => finalResult(attack, final.result, final.silent)),
      ...modelled,
      ...userAttacks.map((attack) => userResult(attack, refused, allowed)),
    ];
  } finally {
    await metadata.stop();
    await clean(admin);
  }
}

const agents = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } };

const foreignRuntime = {
  apiVersion: 'node.k8s.io/v1',
  kind: 'RuntimeClass',
  metadata: { name: FOREIGN_RUNTIME_CLASS },
  handler: 'runc',
};

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
      await outcomesIn(admin, `kars-${nameOf(name)}`),
    ]),
  );
  await Promise.all(controls.map(([name]) => makeRoom(admin, `kars-${nameOf(name)}`)));
  return new Map(outcomes);
}

/** What came of attempts that others may have noticed. */
const disturbed = (outcomes: Outcomes, silent: readonly string[]): Outcomes =>
  new Map([...outcomes].map(([id, outcome]) => [id, disturbing(outcome, silent)]));

const neighbourOf = ({ v4, port }: World): Bystander => ({
  name: 'neighbour',
  host: v4,
  port,
  request: '',
});

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
    return row === undefined || said === undefined ? missing : outcomeFrom(row, said);
  };
  return {
    attack,
    governed: outcomeIn(governed),
    alone: { [layer]: outcomeIn(governed) },
    control: outcomeIn(control),
  };
}

function finalResult(
  attack: OrderedAttack,
  { governed, control }: Exhaustion,
  silent: readonly string[],
): Result {
  const [layer] = attack.stoppedBy;
  const outcomeIn = (outcomes: Exhaustion['governed']): Outcome =>
    outcomes[attack.id.replace('final-', '')] ?? missing;
  const held = disturbing(outcomeIn(governed), silent);
  return {
    attack,
    governed: held,
    alone: { [layer]: held },
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

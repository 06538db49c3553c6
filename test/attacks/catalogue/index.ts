import type { AgentAttack, Attack, OrderedAttack, UserAttack } from '../attack.ts';
import { modelledAttacks } from '../modelled/run.ts';
import { exhaustingAttacks } from '../exhaustion/run.ts';
import type { NetworkAttack } from '../under-orders/network-attack.ts';
import { reachAttacks } from '../under-orders/router/index.ts';
import { networkAttacks } from '../under-orders/run-network.ts';
import { beside } from './beside.ts';
import { clusterRequests } from './cluster-requests.ts';
import { credentials } from './credentials.ts';
import { decisions } from './decisions.ts';
import { exposureRequests } from './exposure-requests.ts';
import { files } from './files.ts';
import { kernel } from './kernel.ts';
import { network } from './network.ts';
import { podRequests } from './pod-requests.ts';
import { resources } from './resources.ts';

/** Attempts of the agent, those that end something last. */
export const agentAttacks: readonly AgentAttack[] = [
  ...decisions,
  ...credentials,
  ...files,
  ...kernel,
  ...beside,
  ...network,
  ...resources,
];

/** Requests of somebody with rights in the cluster. */
export const userAttacks: readonly UserAttack[] = [
  ...podRequests,
  ...clusterRequests,
  ...exposureRequests,
];

const areaOf = (attack: NetworkAttack): OrderedAttack['area'] => {
  if (attack.layer === 'packets') return 'network';
  if (attack.layer === 'egress') return 'decisions';
  return reachAttacks.includes(attack) ? 'reach' : 'router';
};

/** Attempts of an agent that takes orders. */
export const orderedAttacks: readonly OrderedAttack[] = networkAttacks.map((attack) => ({
  id: `ordered-${attack.id}`,
  area: areaOf(attack),
  title: attack.what,
  stoppedBy: [attack.layer],
}));

/** Attempts that end the pod of the agent itself. */
export const finalAttacks: readonly OrderedAttack[] = exhaustingAttacks.map(
  ({ id, title, layer }) => ({ id: `final-${id}`, area: 'resources', title, stoppedBy: [layer] }),
);

/** Every attack. */
export const attacks: readonly Attack[] = [
  ...agentAttacks,
  ...orderedAttacks,
  ...finalAttacks,
  ...modelledAttacks,
  ...userAttacks,
];

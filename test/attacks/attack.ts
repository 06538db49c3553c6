import type { AdmissionPolicyName } from 'kars-constructs/contract';
import type { ApplicableObject, Answer, Client } from '../cluster/client.ts';
import type { LayerId } from './layers.ts';
import type { ModelledLayer } from './modelled/layers.ts';

/** What somebody is after. */
export type Area =
  | 'credentials'
  | 'network'
  | 'decisions'
  | 'reach'
  | 'router'
  | 'kernel'
  | 'files'
  | 'resources'
  | 'cluster';

/** An attempt of the agent itself, inside of its pod. */
export interface AgentAttack {
  readonly id: string;
  readonly area: Exclude<Area, 'cluster'>;
  readonly title: string;
  /** Name of a function in `scripts`, or of a call in the table of the filter. */
  readonly attempt: string;
  /** Layers that stop it, each of them alone. */
  readonly stoppedBy: readonly LayerId[];
}

/** What a request is made with. */
export interface Target {
  /** Somebody with every right by RBAC and no role of the platform. */
  readonly client: Client;
  /** Applies an object; nothing is stored. */
  readonly tries: (object: ApplicableObject) => Promise<Answer>;
  /** The workload, the pod and the custom resources of the sandbox that runs. */
  readonly objectOf: (kind: string) => ApplicableObject;
  readonly namespace: string;
  /** Name of its pod. */
  readonly pod: string;
}

/** A request of somebody with rights in the cluster, to its API server. */
export interface UserAttack {
  readonly id: string;
  readonly area: 'cluster';
  readonly title: string;
  readonly request: (target: Target) => Promise<Answer>;
  /** It asks for a connection, which fails without a client that takes it, whoever asks. */
  readonly connects?: boolean;
  readonly stoppedBy: readonly [AdmissionPolicyName];
}

/** An attempt of an agent that others look at from outside meanwhile: it takes orders, or ends its own pod. */
export interface OrderedAttack {
  readonly id: string;
  readonly area: 'network' | 'decisions' | 'reach' | 'router' | 'resources';
  readonly title: string;
  readonly stoppedBy: readonly [LayerId];
}

/** An attempt that a layer stops which cannot run here; a model of the layer says what becomes of it. */
export interface ModelledAttack {
  readonly id: string;
  readonly area: 'network' | 'kernel' | 'resources';
  readonly title: string;
  readonly stoppedBy: readonly [ModelledLayer];
}

/** Name of whatever stops attacks. */
export type Stopper = LayerId | ModelledLayer | AdmissionPolicyName;

/** One attack. */
export type Attack = AgentAttack | ModelledAttack | OrderedAttack | UserAttack;

/** What became of an attack. */
export interface Outcome {
  readonly outcome: 'stopped' | 'succeeded' | 'error';
  /** How it was stopped, or what it got. */
  readonly detail: string;
}

/** What became of one attack on the product, by each layer alone, and without any. */
export interface Result {
  readonly attack: Attack;
  readonly governed: Outcome;
  /** With one layer and no other. */
  readonly alone: Readonly<Partial<Record<Stopper, Outcome>>>;
  /** Without any layer that could stop it. */
  readonly control: Outcome;
}

/** Whether an attack was stopped, by each of its layers, and succeeds without them. */
export function holds({ attack, governed, alone, control }: Result): boolean {
  const layers: readonly Stopper[] = attack.stoppedBy;
  return (
    governed.outcome === 'stopped' &&
    layers.every((layer) => alone[layer]?.outcome === 'stopped') &&
    control.outcome === 'succeeded'
  );
}

import type { Outcome } from '../attack.ts';
import type { LayerId } from '../layers.ts';

/** What stops an attack on the network, and what its control takes away. */
export type NetworkLayer = Extract<LayerId, 'packets' | 'egress' | 'model'>;

/** Addresses as one pod sees them. */
export interface Surroundings {
  /** The pod that stands for the rest of the world. */
  readonly ipv4: string;
  readonly ipv6: string;
  /** The pod itself. */
  readonly own: string;
}

/** One line of JSON for the agent; see `network.py`. */
export interface Order {
  readonly attempt: string;
  readonly [member: string]: unknown;
}

/** Somebody outside the pod, who asks a port of it. */
export interface Asked {
  readonly port: number;
  /** A sidecar that ends first, and with it what has its port. */
  readonly ends?: 'egress-proxy';
}

/** One attempt of a hijacked agent to reach what it may not reach. */
export interface NetworkAttack {
  readonly id: string;
  /** What the agent tries. */
  readonly what: string;
  /** The layer that stops it; without this one it succeeds. */
  readonly layer: NetworkLayer;
  /** What the agent does, the last of which shows the outcome. */
  readonly orders: (around: Surroundings) => readonly Order[];
  /** Shows the outcome in place of the last order. */
  readonly asked?: Asked;
  /** An outcome that is a success. */
  readonly succeeded: RegExp;
  /**
   * What a layer says that it was this one, mostly its code: an outcome that is neither shows nothing.
   *
   * @default whatever is no success was stopped
   */
  readonly refused?: RegExp;
  /** Whether somebody has to answer, or to allow something, that a sandbox elsewhere does not have. @default false */
  readonly needsOthers?: boolean;
}

/** What somebody who tried is told. */
export function outcomeFrom({ succeeded, refused }: NetworkAttack, said: string): Outcome {
  if (succeeded.test(said)) return { outcome: 'succeeded', detail: firstLine(said) };
  if (refused === undefined) return { outcome: 'stopped', detail: firstLine(said) };
  const [detail] = refused.exec(said) ?? [];
  return detail === undefined ? { outcome: 'error', detail: said } : { outcome: 'stopped', detail };
}

const firstLine = (said: string): string => said.split('\n')[0]?.trim() ?? '';

/** The word of the world outside, which nobody in the pod says. */
export const REACHED = /\breached\b/;

/** Port of the world that takes TCP and UDP. */
export const WORLD_PORT = 7000;

/** Port of the world that stands for a host that policy allows. */
export const ORIGIN_PORT = 7001;

/** Port of the world that stands for the model provider. */
export const PROVIDER_PORT = 7002;

/** Port on which the agent takes orders. */
export const COMMAND_PORT = 8080;

/** Another port of the agent that may be reached from outside. */
export const SECOND_INBOUND_PORT = 8090;

/** Host that the policy of the sandbox allows, at port 80. */
export const ALLOWED_HOST = 'allowed.example';

/** Addresses that the world answers on besides its own. */
export const famous = {
  metadata: '169.254.169.254',
  awsMetadata: 'fd00:ec2::254',
  azurePlatform: '168.63.129.16',
  translatedMetadata: '64:ff9b::a9fe:a9fe',
  clusterDns: '10.96.0.10',
  apiServer: '10.96.0.1',
  publicDns: '8.8.8.8',
} as const;

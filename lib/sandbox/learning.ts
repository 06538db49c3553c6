import { compileLearn } from '../contract/kinds/kars-sandbox/egress-learn.ts';
import type { KarsSandboxSpec } from '../contract/kinds/kars-sandbox/index.ts';
import { LEARN_CEILING } from '../contract/process.ts';
import type { AcceptedSandboxSpec } from './input.ts';

/** What a sandbox learns. */
export interface EgressLearningOptions {
  /**
   * Ports of the hosts that are let through.
   *
   * @default 80 and 443
   */
  readonly ports?: readonly number[];
}

type LearnSpec = NonNullable<NonNullable<KarsSandboxSpec['networkPolicy']>['learn']>;

/**
 * A time in which every public host is let through and noted, to find out what an agent needs before its
 * `egress` is written. Blocked hosts, addresses that are not public and other ports are refused as ever.
 */
export class EgressLearning {
  /** Ends at this instant, whoever is alive then. */
  static until(end: Date, { ports }: EgressLearningOptions = {}): EgressLearning {
    return new EgressLearning({
      until: Number.isNaN(end.getTime()) ? String(end) : end.toISOString(),
      ...(ports === undefined ? {} : { ports: [...ports] }),
    });
  }

  /** As the custom resource carries it. */
  readonly spec: LearnSpec;

  private constructor(spec: LearnSpec) {
    this.spec = spec;
  }
}

/** Ports that hosts are learned on. */
export const learnedPorts = ({ networkPolicy }: AcceptedSandboxSpec): readonly number[] =>
  networkPolicy?.learn === undefined ? [] : compileLearn(networkPolicy.learn).ports;

/** The argument that lets the egress proxy learn; without it no document can have it do so. */
export const learnArguments = ({ networkPolicy }: AcceptedSandboxSpec): string[] =>
  networkPolicy?.learn === undefined ? [] : [`${LEARN_CEILING}${networkPolicy.learn.until}`];

import type { Duplex } from 'node:stream';
import {
  deny,
  formatAuthority,
  type Authority,
  type Decision,
  type Deny,
} from 'kars-constructs/contract';
import { decideUse, type ConnectionUse } from '../egress-policy/decide-use.ts';
import { decideEgress, type EgressDecision, type EgressPolicy } from '../egress-policy/decide.ts';
import type { DecidedCall, DecisionRecorder } from '../service/decision-recorder.ts';
import type { Attempts } from './attempts/attempts.ts';
import type { BlockedAttempts } from './attempts/blocked-attempts.ts';
import type { BytesOfTargets } from './bytes-of-targets.ts';
import type { Dialer } from './dial.ts';
import {
  HostConnections,
  type ConnectionBounds,
  type Reached,
  type Unreached,
} from './host-connections.ts';
import type { KeptBounds } from './kept-connections.ts';
import { limits } from './limits.ts';
import { LimitReached } from './limit-reached.ts';
import type { EgressMetrics } from './metrics.ts';
import { OpenConnections, type Surface } from './open-connections.ts';
import type { PolicyInForce } from './policy-in-force.ts';

const isLearned = (target: Authority, policy: EgressPolicy | undefined): boolean => {
  if (policy?.learning === undefined) return false;
  const decision = decideEgress(target, policy);
  return decision.allow && decision.learned === true;
};

/** What every surface of the proxy goes through: decide, record, dial. */
export class Gate {
  readonly #inForce: () => PolicyInForce;
  readonly #recorder: DecisionRecorder;
  readonly #blocked: BlockedAttempts | undefined;
  readonly #learned: Attempts | undefined;
  readonly #connections = new OpenConnections();
  readonly #metrics: EgressMetrics | undefined;
  /** Connections whose end is not recorded yet. */
  readonly #ending = new Set<Promise<void>>();
  readonly #hosts: HostConnections;

  constructor(options: {
    /** The same object as long as the same policy is in force. */
    readonly inForce: () => PolicyInForce;
    readonly recorder: DecisionRecorder;
    readonly dialer: Dialer;
    /** Takes what is denied. @default nobody */
    readonly blocked?: BlockedAttempts;
    /** Takes what is let through because the proxy learns. @default nobody */
    readonly learned?: Attempts;
    /** @default nothing is measured */
    readonly metrics?: EgressMetrics;
    /** @default {@link limits} */
    readonly bounds?: ConnectionBounds;
    /** Counts what an entry may carry in a window. @default any amount */
    readonly bytesOfTargets?: BytesOfTargets | undefined;
    /** Of the connections that are kept between two requests. @default those of {@link KeptConnections} */
    readonly kept?: Partial<KeptBounds>;
  }) {
    this.#inForce = options.inForce;
    this.#recorder = options.recorder;
    this.#blocked = options.blocked;
    this.#learned = options.learned;
    this.#metrics = options.metrics;
    this.#hosts = new HostConnections({ ...options, bounds: options.bounds ?? limits });
  }

  /** What a connection to the target would be allowed to carry; nothing is recorded or dialled yet. */
  decide(target: Authority): EgressDecision {
    return decideEgress(target, this.#inForce().policy);
  }

  /**
   * A connection to the target for one use, or the denial that the agent is told.
   *
   * @param client the connection of the agent, where the one to the host may be kept for its next request
   */
  async pass(
    surface: Surface,
    target: Authority,
    use: ConnectionUse,
    client?: Duplex,
  ): Promise<Reached | Unreached> {
    const inForce = this.#inForce();
    const { policy } = inForce;
    const decision = decideUse(target, use, policy);
    // A range of the list is for what the list has, not for whatever name leads into it.
    const learned = isLearned(target, policy);
    const allowlist = (learned ? undefined : policy?.allowlist) ?? { entries: [] };
    const reached = await this.#hosts.reach({ target, use, decision, allowlist, inForce, client });
    // Another policy that came into force meanwhile knows nothing of this connection.
    if (reached.ok && this.#inForce() !== inForce) {
      reached.socket.destroy();
      return this.pass(surface, target, use, client);
    }
    if (reached.ok) {
      const { socket, ended } = reached;
      this.#connections.add({ surface, target, use, socket }, ended);
    }
    const outcome = reached.ok ? decision : reached.denial;
    const unrecorded = await this.#record(surface, target, outcome, inForce);
    if (unrecorded !== undefined) {
      if (reached.ok) reached.socket.destroy();
      return { ok: false, denial: unrecorded };
    }
    if (reached.ok) {
      if (learned) this.#learned?.note(surface, target);
      const call = { set: inForce.set, surface, target: formatAuthority(target), decision };
      this.#recordEnd(call, reached);
    }
    if (!reached.ok || !reached.socket.destroyed) return reached;
    // It was closed while it was recorded: by a policy, which then denies it, or by the host.
    if (this.#inForce() !== inForce || reached.isReused) {
      return this.pass(surface, target, use, client);
    }
    const reason = `${target.host} closed the connection at once`;
    return { ok: false, denial: deny('KARS_EGRESS_CONNECT_FAILED', decision.rule, reason) };
  }

  /** Closes and records the connections that the policy in force does not allow. */
  async enforceAnew(): Promise<void> {
    // Those are for nobody, so that none is missed.
    this.#hosts.closeKept();
    const closed = this.#connections.closeDenied(this.#inForce().policy);
    for (const { surface, target, denial } of closed) await this.#record(surface, target, denial);
  }

  /** Records that a connection is refused for what it carries. */
  async refuse(surface: Surface, target: Authority, denial: Deny): Promise<Deny> {
    return (await this.#record(surface, target, denial)) ?? denial;
  }

  /** Closes every connection, and waits until the ends of all are recorded. */
  async end(): Promise<void> {
    this.#hosts.closeKept();
    this.#connections.closeAll();
    await Promise.all(this.#ending);
  }

  #recordEnd(call: DecidedCall, { socket, ended }: Reached): void {
    const began = performance.now();
    const before = { sent: socket.bytesWritten, received: socket.bytesRead };
    const recorded = (async () => {
      await ended;
      const sent = socket.bytesWritten - before.sent;
      const received = socket.bytesRead - before.received;
      const { errored } = socket;
      const limit = errored instanceof LimitReached ? errored.denial : undefined;
      this.#metrics?.bytes.inc({ direction: 'sent' }, sent);
      this.#metrics?.bytes.inc({ direction: 'received' }, received);
      this.#metrics?.closed.inc({ code: limit?.code ?? '' });
      const milliseconds = Math.round(performance.now() - began);
      const decided = limit === undefined ? call : { ...call, decision: limit };
      const why = limit?.reason ?? (socket.destroyed ? 'closed' : 'answered');
      await this.#recorder.closed(decided, why, { sent, received, milliseconds });
    })();
    this.#ending.add(recorded);
    void recorded.finally(() => this.#ending.delete(recorded));
  }

  async #record(
    surface: Surface,
    target: Authority | 'unreadable',
    decision: Decision,
    { set } = this.#inForce(),
  ): Promise<Deny | undefined> {
    if (!decision.allow && target !== 'unreadable') this.#blocked?.note(surface, target, decision);
    return this.#recorder.decidedOrDeny({
      set,
      surface,
      target: target === 'unreadable' ? target : formatAuthority(target),
      decision,
    });
  }

  /** Records the refusal of a call whose target could not even be read. */
  async refuseUnreadable(surface: Surface, denial: Deny): Promise<Deny> {
    return (await this.#record(surface, 'unreadable', denial)) ?? denial;
  }
}

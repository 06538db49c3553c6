import {
  deny,
  formatAuthority,
  type Authority,
  type BytesOfTarget,
  type Decision,
  type Deny,
  type EgressAllowlistPayload,
} from 'kars-constructs/contract';
import { decideUse, type ConnectionUse } from '../egress-policy/decide-use.ts';
import { decideEgress, type EgressDecision, type EgressPolicy } from '../egress-policy/decide.ts';
import type { DecidedCall, DecisionRecorder } from '../service/decision-recorder.ts';
import type { Attempts } from './attempts/attempts.ts';
import type { BlockedAttempts } from './attempts/blocked-attempts.ts';
import { BytesOfTargets } from './bytes-of-targets.ts';
import { ConnectionSlots, type SlotBounds } from './connection-slots.ts';
import { dial, type Dialer, type Dialled } from './dial.ts';
import { limits, type Limits } from './limits.ts';
import { LimitReached } from './limit-reached.ts';
import type { EgressMetrics } from './metrics.ts';
import { OpenConnections, type Surface } from './open-connections.ts';
import type { PolicyInForce } from './policy-in-force.ts';

/** How many connections to hosts there may be at once, and for how long. */
export type GateBounds = SlotBounds & Pick<Limits, 'idleMilliseconds' | 'lifetimeMilliseconds'>;

const isLearned = (target: Authority, policy: EgressPolicy | undefined): boolean => {
  if (policy?.learning === undefined) return false;
  const decision = decideEgress(target, policy);
  return decision.allow && decision.learned === true;
};

/** What every surface of the proxy goes through: decide, record, dial. */
export class Gate {
  readonly #inForce: () => PolicyInForce;
  readonly #recorder: DecisionRecorder;
  readonly #dialer: Dialer;
  readonly #blocked: BlockedAttempts | undefined;
  readonly #learned: Attempts | undefined;
  readonly #bounds: GateBounds;
  readonly #bytes: BytesOfTargets | undefined;
  readonly #connections = new OpenConnections();
  readonly #metrics: EgressMetrics | undefined;
  /** Connections whose end is not recorded yet. */
  readonly #ending = new Set<Promise<void>>();
  readonly #slots: ConnectionSlots;

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
    readonly bounds?: GateBounds;
    /** What an entry may carry in a window. @default any amount */
    readonly bytesOfTarget?: BytesOfTarget | undefined;
  }) {
    this.#inForce = options.inForce;
    this.#recorder = options.recorder;
    this.#dialer = options.dialer;
    this.#blocked = options.blocked;
    this.#learned = options.learned;
    this.#metrics = options.metrics;
    this.#bounds = options.bounds ?? limits;
    this.#bytes = options.bytesOfTarget && new BytesOfTargets(options.bytesOfTarget);
    this.#slots = new ConnectionSlots(this.#bounds, (open) => this.#metrics?.open.set(open));
  }

  /** What a connection to the target would be allowed to carry; nothing is recorded or dialled yet. */
  decide(target: Authority): EgressDecision {
    return decideEgress(target, this.#inForce().policy);
  }

  /** A connection to the target for one use, or the denial that the agent is told. */
  async pass(surface: Surface, target: Authority, use: ConnectionUse): Promise<Dialled> {
    const inForce = this.#inForce();
    const { policy } = inForce;
    const decision = decideUse(target, use, policy);
    // A range of the list is for what the list has, not for whatever name leads into it.
    const learned = isLearned(target, policy);
    const ranges = learned ? undefined : policy?.allowlist;
    const dialled = await this.#dial(target, decision, ranges ?? { entries: [] }, policy);
    // Another policy that came into force meanwhile knows nothing of this connection.
    if (dialled.ok && this.#inForce() !== inForce) {
      dialled.socket.destroy();
      return this.pass(surface, target, use);
    }
    if (dialled.ok) {
      const { socket, closed } = dialled;
      this.#connections.add({ surface, target, use, socket }, closed);
    }
    const outcome = dialled.ok ? decision : dialled.denial;
    const unrecorded = await this.#record(surface, target, outcome, inForce);
    if (unrecorded !== undefined) {
      if (dialled.ok) dialled.socket.destroy();
      return { ok: false, denial: unrecorded };
    }
    if (dialled.ok) {
      if (learned) this.#learned?.note(surface, target);
      const call = { set: inForce.set, surface, target: formatAuthority(target), decision };
      this.#recordEnd(call, dialled);
    }
    if (!dialled.ok || !dialled.socket.destroyed) return dialled;
    // It was closed while it was recorded: by a policy, which then denies it, or by the host.
    if (this.#inForce() !== inForce) return this.pass(surface, target, use);
    const reason = `${target.host} closed the connection at once`;
    return { ok: false, denial: deny('KARS_EGRESS_CONNECT_FAILED', decision.rule, reason) };
  }

  /** Closes and records the connections that the policy in force does not allow. */
  async enforceAnew(): Promise<void> {
    const closed = this.#connections.closeDenied(this.#inForce().policy);
    for (const { surface, target, denial } of closed) await this.#record(surface, target, denial);
  }

  /** Records that a connection is refused for what it carries. */
  async refuse(surface: Surface, target: Authority, denial: Deny): Promise<Deny> {
    return (await this.#record(surface, target, denial)) ?? denial;
  }

  /** Closes every connection, and waits until the ends of all are recorded. */
  async end(): Promise<void> {
    this.#connections.closeAll();
    await Promise.all(this.#ending);
  }

  #recordEnd(call: DecidedCall, { socket, closed }: Extract<Dialled, { ok: true }>): void {
    const began = performance.now();
    const { idleMilliseconds: idle, lifetimeMilliseconds: most } = this.#bounds;
    let reached: Deny | undefined;
    const end = (reason: string): void => {
      const denial = deny('KARS_EGRESS_TIME_EXCEEDED', call.decision.rule, reason);
      socket.destroy(new LimitReached(denial));
    };
    socket.once('error', (error) => {
      if (error instanceof LimitReached) reached = error.denial;
    });
    socket.setTimeout(idle, () => end(`no byte came or went for ${idle / 1000} seconds`));
    const tooLong = setTimeout(
      () => end(`${most / 1000} seconds are the longest that a connection may be open`),
      most,
    );
    tooLong.unref();
    const ended = (async () => {
      await closed;
      clearTimeout(tooLong);
      const { bytesWritten: sent, bytesRead: received } = socket;
      this.#metrics?.bytes.inc({ direction: 'sent' }, sent);
      this.#metrics?.bytes.inc({ direction: 'received' }, received);
      this.#metrics?.closed.inc({ code: reached?.code ?? '' });
      const milliseconds = Math.round(performance.now() - began);
      const ended = reached === undefined ? call : { ...call, decision: reached };
      const why = reached?.reason ?? 'closed';
      await this.#recorder.closed(ended, why, { sent, received, milliseconds });
    })();
    this.#ending.add(ended);
    void ended.finally(() => this.#ending.delete(ended));
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

  async #dial(
    target: Authority,
    decision: Decision,
    allowlist: EgressAllowlistPayload,
    policy: EgressPolicy | undefined,
  ): Promise<Dialled> {
    if (!decision.allow) return { ok: false, denial: decision };
    const place = formatAuthority(target);
    const bytes = this.#bytes?.of(target, policy);
    const denial = bytes?.refusal ?? this.#slots.take(place);
    if (denial !== undefined) return { ok: false, denial };
    const measured = this.#metrics?.connect.startTimer();
    const dialled = await dial(target, allowlist, this.#dialer, decision.rule, bytes?.meter);
    measured?.({ outcome: dialled.ok ? 'connected' : dialled.denial.code });
    const closed = dialled.ok ? dialled.closed : Promise.resolve();
    void closed.then(() => this.#slots.give(place));
    return dialled;
  }

  /** Records the refusal of a call whose target could not even be read. */
  async refuseUnreadable(surface: Surface, denial: Deny): Promise<Deny> {
    return (await this.#record(surface, 'unreadable', denial)) ?? denial;
  }
}

import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  deny,
  formatAuthority,
  type Authority,
  type Decision,
  type Deny,
  type EgressAllowlistPayload,
} from 'kars-constructs/contract';
import type { ConnectionUse } from '../egress-policy/decide-use.ts';
import type { BytesOfTargets } from './bytes-of-targets.ts';
import { ConnectionSlots, type SlotBounds } from './connection-slots.ts';
import { checkedEndpoints, dial, type Dialer } from './dial.ts';
import { ExchangeWatch } from './exchange-watch.ts';
import { HostConnection } from './host-connection.ts';
import { KeptConnections, type KeptBounds } from './kept-connections.ts';
import { LimitReached } from './limit-reached.ts';
import type { Limits } from './limits.ts';
import type { Meter } from './metered-socket.ts';
import type { EgressMetrics } from './metrics.ts';
import type { PolicyInForce } from './policy-in-force.ts';

/** How many connections to hosts there may be at once, and for how long. */
export type ConnectionBounds = SlotBounds &
  Pick<Limits, 'idleMilliseconds' | 'lifetimeMilliseconds'>;

/** A connection to a host that may carry a call. */
export interface Reached {
  readonly ok: true;
  readonly socket: Socket;
  /** Until the call has ended, with its connection or before it. */
  readonly ended: Promise<void>;
  /** Where the connection may be kept: watches what it carries. */
  readonly watch: ExchangeWatch | undefined;
  /** Whether it has carried a call before. */
  readonly isReused: boolean;
  /** Ends the call, and keeps its connection for the next one to the target. */
  readonly keep: () => void;
}

/** Why there is no connection. */
export interface Unreached {
  readonly ok: false;
  readonly denial: Deny;
}

/** A call that needs a connection. */
export interface HostCall {
  readonly target: Authority;
  readonly use: ConnectionUse;
  readonly decision: Decision;
  /** What the ranges among its entries may stand for. */
  readonly allowlist: EgressAllowlistPayload;
  readonly inForce: PolicyInForce;
  /** The connection of the agent, where the one to the host may be kept for its next call. */
  readonly client: Duplex | undefined;
}

/** Options of {@link HostConnections}. */
export interface HostConnectionsOptions {
  /** The same object as long as the same policy is in force. */
  readonly inForce: () => PolicyInForce;
  readonly dialer: Dialer;
  readonly bounds: ConnectionBounds;
  /** Of the connections that are kept between two calls. @default those of {@link KeptConnections} */
  readonly kept?: Partial<KeptBounds> | undefined;
  /** Counts what an entry may carry in a window. @default any amount */
  readonly bytesOfTargets?: BytesOfTargets | undefined;
  /** @default nothing is measured */
  readonly metrics?: EgressMetrics | undefined;
}

/** Connects to hosts within bounds, by addresses that were checked; a connection may carry a further call. */
export class HostConnections {
  readonly #options: HostConnectionsOptions;
  readonly #bytes: BytesOfTargets | undefined;
  readonly #slots: ConnectionSlots;
  readonly #kept: KeptConnections;

  constructor(options: HostConnectionsOptions) {
    const { bounds, kept, bytesOfTargets, metrics } = options;
    this.#options = options;
    this.#bytes = bytesOfTargets;
    this.#slots = new ConnectionSlots(bounds, (open) => metrics?.open.set(open));
    this.#kept = new KeptConnections(kept);
  }

  /** A connection for a call; what is decided against is not dialled. */
  async reach(call: HostCall): Promise<Reached | Unreached> {
    const { target, decision, inForce } = call;
    if (!decision.allow) return { ok: false, denial: decision };
    const place = formatAuthority(target);
    const bytes = this.#bytes?.of(target, inForce.policy);
    const denial = bytes?.refusal ?? this.#slots.take(place);
    if (denial !== undefined) return { ok: false, denial };
    const reached = await this.#connect(call, bytes?.meter);
    const ended = reached.ok ? reached.ended : Promise.resolve();
    void ended.then(() => this.#slots.give(place));
    return reached;
  }

  /** Closes what is kept. */
  closeKept(): void {
    this.#kept.closeAll();
  }

  async #connect(call: HostCall, meter: Meter | undefined): Promise<Reached | Unreached> {
    const { target, use, decision, allowlist, inForce, client } = call;
    const { dialer, metrics, bounds } = this.#options;
    const { rule } = decision;
    const measured = metrics?.connect.startTimer();
    const checked = await checkedEndpoints(target, allowlist, dialer, rule);
    const kept = client && checked.ok ? this.#kept.take(client, target, checked.endpoints, inForce) : undefined; // prettier-ignore
    if (kept !== undefined) {
      kept.connection.socket.setTimeout(bounds.idleMilliseconds);
      return this.#begin(call, { ...kept, isReused: true });
    }
    const how = {
      times: dialer.times,
      meter,
      hostMaySpeakFirst: use === 'tcp',
      isRelayed: use === 'tcp' || use === 'tls',
    };
    const dialled = checked.ok ? await dial(target, checked.endpoints, rule, how) : checked;
    measured?.({ outcome: dialled.ok ? 'connected' : dialled.denial.code });
    if (!dialled.ok) return dialled;
    const { socket } = dialled;
    this.#limit(socket, rule);
    return this.#begin(call, {
      connection: new HostConnection(socket),
      watch: client && new ExchangeWatch(socket),
      isReused: false,
    });
  }

  #begin(
    { target, client, inForce }: HostCall,
    {
      connection,
      watch,
      isReused,
    }: Pick<Reached, 'watch' | 'isReused'> & { readonly connection: HostConnection },
  ): Reached {
    const { socket } = connection;
    return {
      ok: true,
      socket,
      ended: connection.begin(),
      watch,
      isReused,
      keep: () => {
        connection.end();
        if (client && watch && this.#options.inForce() === inForce) {
          this.#kept.keep(client, target, { connection, watch, inForce });
        } else socket.destroy();
      },
    };
  }

  /** Ends a connection on which nothing happens, or that is open, for too long. */
  #limit(socket: Socket, rule: string): void {
    const { idleMilliseconds: idle, lifetimeMilliseconds: most } = this.#options.bounds;
    const end = (reason: string): void =>
      void socket.destroy(new LimitReached(deny('KARS_EGRESS_TIME_EXCEEDED', rule, reason)));
    socket.setTimeout(idle, () => end(`no byte came or went for ${idle / 1000} seconds`));
    const tooLong = setTimeout(
      () => end(`${most / 1000} seconds are the longest that a connection may be open`),
      most,
    );
    tooLong.unref();
    socket.once('close', () => clearTimeout(tooLong));
  }
}

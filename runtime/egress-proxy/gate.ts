import type { Authority, Deny } from 'kars-constructs/contract';
import { decideEgress } from '../egress-policy/decide.ts';
import type { Snapshot } from '../policy/snapshot.ts';
import type { DecisionRecorder } from '../service/decision-recorder.ts';
import { dial, type Dialer, type Dialled } from './dial.ts';

/** How a call came in. */
export type Surface = 'connect' | 'http';

/** What every surface of the proxy goes through: decide, record, dial. */
export class Gate {
  readonly #snapshot: () => Snapshot | undefined;
  readonly #recorder: DecisionRecorder;
  readonly #dialer: Dialer;

  constructor(options: {
    readonly snapshot: () => Snapshot | undefined;
    readonly recorder: DecisionRecorder;
    readonly dialer: Dialer;
  }) {
    this.#snapshot = options.snapshot;
    this.#recorder = options.recorder;
    this.#dialer = options.dialer;
  }

  /** A connection to the target, or the denial that the agent is told. */
  async pass(surface: Surface, target: Authority): Promise<Dialled> {
    const snapshot = this.#snapshot();
    const allowlist = snapshot?.payload('egress-allowlist');
    const source = snapshot?.source('egress-allowlist');
    const policy =
      allowlist === undefined || source === undefined ? undefined : { allowlist, source };
    const decision = decideEgress(target, policy);
    const dialled = decision.allow
      ? await dial(target, this.#dialer, decision.rule)
      : { ok: false as const, denial: decision };
    const unrecorded = await this.#recorder.decidedOrDeny({
      set: snapshot?.setDigest,
      surface,
      target: `${target.host}:${target.port}`,
      decision: dialled.ok ? decision : dialled.denial,
    });
    if (unrecorded === undefined) return dialled;
    if (dialled.ok) dialled.socket.destroy();
    return { ok: false, denial: unrecorded };
  }

  /** Records the refusal of a call whose target could not even be read. */
  async refuseUnreadable(surface: Surface, denial: Deny): Promise<Deny> {
    const set = this.#snapshot()?.setDigest;
    return (
      (await this.#recorder.decidedOrDeny({
        set,
        surface,
        target: 'unreadable',
        decision: denial,
      })) ?? denial
    );
  }
}

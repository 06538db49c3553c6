import { deny, type Authority, type Decision, type Deny } from 'kars-constructs/contract';
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
    const name = `${target.host}:${target.port}`;
    if (!decision.allow) return this.#refuse(surface, name, decision);
    const dialled = await dial(target, this.#dialer, decision.rule);
    const failure = await this.#record(surface, name, dialled.ok ? decision : dialled.denial);
    if (failure === undefined) return dialled;
    if (dialled.ok) dialled.socket.destroy();
    return { ok: false, denial: failure };
  }

  /** Records the refusal of a call whose target could not even be read. */
  async refuseUnreadable(surface: Surface, denial: Deny): Promise<Deny> {
    return (await this.#record(surface, 'unreadable', denial)) ?? denial;
  }

  async #refuse(surface: Surface, target: string, denial: Deny): Promise<Dialled> {
    return { ok: false, denial: (await this.#record(surface, target, denial)) ?? denial };
  }

  async #record(surface: Surface, target: string, decision: Decision): Promise<Deny | undefined> {
    try {
      const set = this.#snapshot()?.setDigest;
      await this.#recorder.decided({ set, surface, target, decision });
      return undefined;
    } catch {
      return deny('KARS_AUDIT_UNAVAILABLE', 'audit log', 'the decision cannot be recorded');
    }
  }
}

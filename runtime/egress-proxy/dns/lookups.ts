import { deny, normalHost, type Decision } from 'kars-constructs/contract';
import { decideLookup } from '../../egress-policy/decide-lookup.ts';
import type { DecisionRecorder } from '../../service/decision-recorder.ts';
import type { Log } from '../../service/log.ts';
import type { BlockedAttempts } from '../attempts/blocked-attempts.ts';
import type { PolicyInForce } from '../policy-in-force.ts';
import { rcodes, recordTypes } from './codes.ts';
import type { NameTable } from './name-table.ts';
import type { Question } from './query.ts';
import type { Outcome } from './reply.ts';

const failed: Outcome = { rcode: rcodes.servFail };
const noSuchName: Outcome = { rcode: rcodes.nxDomain };
const noData: Outcome = { rcode: rcodes.noError };

/** Answers questions about names: decide, record, give an address. Nobody else is asked. */
export class Lookups {
  readonly #inForce: () => PolicyInForce;
  readonly #recorder: DecisionRecorder;
  readonly #names: NameTable;
  readonly #log: Log;
  readonly #blocked: BlockedAttempts | undefined;
  readonly #addressTypes: readonly number[];
  /** Names that are just getting their addresses. */
  readonly #giving = new Map<string, Promise<Outcome>>();

  constructor(options: {
    readonly inForce: () => PolicyInForce;
    readonly recorder: DecisionRecorder;
    readonly names: NameTable;
    readonly log: Log;
    /** Takes what is denied. @default nobody */
    readonly blocked?: BlockedAttempts | undefined;
  }) {
    this.#inForce = options.inForce;
    this.#recorder = options.recorder;
    this.#names = options.names;
    this.#log = options.log;
    this.#blocked = options.blocked;
    this.#addressTypes = [
      options.names.family === 4 ? recordTypes.a : recordTypes.aaaa,
      recordTypes.any,
    ];
  }

  /** What is said to a question; a denied name is recorded each time, an allowed one when it gets its address. */
  async answer({ name: written, type }: Question): Promise<Outcome> {
    const { policy, set } = this.#inForce();
    const name = written === undefined ? undefined : normalHost(written);
    const decision = name === undefined ? notAName : decideLookup(name, policy);
    if (!decision.allow || name === undefined) {
      // "No such name" would be kept, and the next policy may allow it.
      const isKnown = decision.allow || decision.code !== 'KARS_POLICY_UNAVAILABLE';
      if (name !== undefined && !decision.allow)
        this.#blocked?.note('dns', { host: name }, decision);
      const recorded = await this.#record(set, name ?? 'unreadable', decision);
      return isKnown && recorded ? noSuchName : failed;
    }
    if (!this.#addressTypes.includes(type)) return noData;
    const address = this.#names.addressOf(name);
    if (address !== undefined) return { rcode: rcodes.noError, address };
    const giving = this.#giving.get(name);
    if (giving !== undefined) return giving;
    const given = this.#give(set, name, decision).finally(() => this.#giving.delete(name));
    this.#giving.set(name, given);
    return given;
  }

  /** Records that more was asked than a limit lets through, and which one. */
  async tooMany(reason: string): Promise<void> {
    await this.#record(
      this.#inForce().set,
      'unread',
      deny('KARS_OVERLOADED', 'egress proxy', reason),
    );
  }

  async #give(
    set: string | undefined,
    name: string,
    decision: Decision & { readonly entry: string },
  ): Promise<Outcome> {
    const refusal = this.#names.refusal(name, decision.entry);
    if (!(await this.#record(set, name, refusal ?? decision))) return failed;
    if (refusal !== undefined) return failed;
    try {
      return { rcode: rcodes.noError, address: await this.#names.give(name, decision.entry) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#log.error('dns-name-not-stored', { name, error: why });
      return failed;
    }
  }

  async #record(set: string | undefined, target: string, decision: Decision): Promise<boolean> {
    const call = { set, surface: 'dns', target, decision };
    return (await this.#recorder.decidedOrDeny(call)) === undefined;
  }
}

const notAName = deny('KARS_EGRESS_NAME_INVALID', 'egress proxy', 'got what is no host name');

import { deny, type Deny } from 'kars-constructs/contract';
import { limits } from '../limits.ts';
import type { EventGate, Passing } from '../event-gate.ts';
import type { ServerEvent, ToolCall, ToolCallPart } from '../surfaces/surface.ts';
import { TOO_MANY_CALLS, type ToolJudge } from './tool-judge.ts';

/** A call that a stream tells of. */
interface FollowedCall {
  readonly answer: number;
  readonly type: string;
  name: string;
  /** Events with a piece of its name. */
  pieces: number;
  isJudged: boolean;
  /** Whether its name has gone on. */
  isSent: boolean;
}

/** Longer than the name of any tool that a policy can list. */
const LONGEST_NAME = 256;

const RULE = 'inference router';

/**
 * Holds what a stream tells of a call back until the name of its tool is whole and judged. Clients put pieces of
 * a name together in different ways, so that a name which came in pieces goes on in one.
 */
export class CallGate implements EventGate {
  readonly #judge: ToolJudge;
  readonly #renamed: (event: ServerEvent, names: ReadonlyMap<string, string>) => ServerEvent;
  readonly #calls = new Map<string, FollowedCall>();
  readonly #judged = new Set<string>();
  readonly #acts = new Set<string>();
  #open = 0;
  #asked = 0;
  #held: Passing[] = [];
  #heldBytes = 0;

  constructor(
    judge: ToolJudge,
    renamed: (event: ServerEvent, names: ReadonlyMap<string, string>) => ServerEvent = (event) =>
      event,
  ) {
    this.#judge = judge;
    this.#renamed = renamed;
  }

  /** The events that may go on now, or why the stream ends. */
  take(passing: Passing): readonly Passing[] | Promise<readonly Passing[] | Deny> {
    return passing.step.calls === undefined && this.#open === 0 ? [passing] : this.#hold(passing);
  }

  async #hold(passing: Passing): Promise<readonly Passing[] | Deny> {
    const { event, step } = passing;
    this.#held.push(passing);
    for (const part of step.calls ?? []) {
      const denial = await this.#follow(part);
      if (denial !== undefined) return denial;
    }
    const isEnded = ({ answer }: FollowedCall): boolean =>
      step.isEnd === true || (step.ended ?? []).includes(answer);
    const denial = await this.#judgeOpen(isEnded);
    if (denial !== undefined) return denial;
    if (this.#open === 0) return this.#release();
    this.#heldBytes += event.data.length;
    return this.#heldBytes > limits.heldBytes ? TOO_LATE : [];
  }

  async #follow({ answer, call, tool, isNamed, isAgain }: ToolCallPart): Promise<Deny | undefined> {
    const { type, name, act } = tool;
    if (name === undefined) {
      return act !== undefined && this.#isTold(act, isAgain === true ? undefined : call)
        ? undefined
        : this.#ask(tool);
    }
    if (call === undefined) {
      return isAgain === true && this.#judged.has(name) ? undefined : this.#ask(tool);
    }
    const known = this.#calls.get(call) ?? (await this.#begin(call, answer, type));
    if ('code' in known) return known;
    if (name !== '') known.pieces += 1;
    if (known.isJudged) {
      return name === '' || name === known.name ? undefined : CHANGED;
    }
    known.name += name;
    if (known.name.length > LONGEST_NAME) return this.#end(known);
    return isNamed ? this.#end(known) : undefined;
  }

  /** What the provider does is told when it begins, when it ends, and with the answer as a whole. */
  #isTold(act: string, call: string | undefined): boolean {
    const key = call === undefined ? act : `${act}/${call}`;
    if (this.#acts.has(key)) return true;
    this.#acts.add(act).add(key);
    return false;
  }

  /** With the next call of an answer the names of those before it have ended. */
  async #begin(call: string, answer: number, type: string): Promise<FollowedCall | Deny> {
    if (this.#calls.size >= limits.toolCalls) return TOO_MANY_CALLS;
    const denial = await this.#judgeOpen((other) => other.answer === answer);
    if (denial !== undefined) return denial;
    const begun = { answer, type, name: '', pieces: 0, isJudged: false, isSent: false };
    this.#calls.set(call, begun);
    this.#open += 1;
    return begun;
  }

  async #judgeOpen(which: (call: FollowedCall) => boolean): Promise<Deny | undefined> {
    if (this.#open === 0) return undefined;
    for (const call of this.#calls.values()) {
      if (call.isJudged || !which(call)) continue;
      const denial = await this.#end(call);
      if (denial !== undefined) return denial;
    }
    return undefined;
  }

  async #end(call: FollowedCall): Promise<Deny | undefined> {
    call.isJudged = true;
    this.#open -= 1;
    return this.#ask({ type: call.type, name: call.name });
  }

  async #ask(tool: ToolCall): Promise<Deny | undefined> {
    this.#asked += 1;
    if (this.#asked > limits.toolCalls) return TOO_MANY_CALLS;
    if (tool.name !== undefined) this.#judged.add(tool.name);
    return this.#judge(tool);
  }

  #release(): readonly Passing[] {
    const released = this.#held.map((passing) => this.#withWholeNames(passing));
    this.#held = [];
    this.#heldBytes = 0;
    return released;
  }

  #withWholeNames({ event, step }: Passing): Passing {
    const names = new Map<string, string>();
    for (const { call = '', tool } of step.calls ?? []) {
      const known = this.#calls.get(call);
      if (known === undefined || tool.name === '') continue;
      if (known.pieces > 1 && !names.has(call)) names.set(call, known.isSent ? '' : known.name);
      known.isSent = true;
    }
    return { event: names.size === 0 ? event : this.#renamed(event, names), step };
  }
}

const CHANGED = deny(
  'KARS_UPSTREAM_INVALID',
  RULE,
  'the provider gave a call of a tool another name in the middle',
);

const TOO_LATE = deny(
  'KARS_UPSTREAM_INVALID',
  RULE,
  `the provider sent ${limits.heldBytes} bytes without an end of the name of a tool`,
);

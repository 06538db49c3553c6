import { deny, type ContentSafety, type Deny } from 'kars-constructs/contract';
import { limits } from '../limits.ts';
import { readObject } from '../surfaces/json-object.ts';
import type { ContentOf } from '../surfaces/surface.ts';
import type { EventGate, Passing } from '../event-gate.ts';
import { HeldBytes } from './held-bytes.ts';
import type { ContentVerdict } from './content-verdict.ts';

/** How the content of a call is judged. */
export interface ContentJudge {
  readonly contentOf: ContentOf;
  readonly verdict: ContentVerdict;
  readonly streaming: ContentSafety['streaming'];
  /** Records what was found before it takes effect; undefined where the call goes on all the same. */
  readonly found: (denial: Deny) => Promise<Deny | undefined>;
}

/** What an event takes besides its text. */
const OF_EVENT = 512;

/** Judges a whole answer. */
export async function judgeContent(
  answer: unknown,
  { contentOf, verdict, found }: ContentJudge,
): Promise<Deny | undefined> {
  const denial = verdict.take(contentOf(answer)) ?? verdict.end();
  return denial && found(denial);
}

/**
 * Holds the events of a stream back that are not judged yet, or all of them until the end. What comes out depends
 * on the events alone, and not on how their bytes were cut.
 */
export class ContentGate implements EventGate {
  readonly #judge: ContentJudge;
  readonly #next: EventGate;
  readonly #room: HeldBytes;
  #held: Passing[] = [];
  #heldBytes = 0;
  #isFound = false;

  constructor(judge: ContentJudge, next: EventGate, room: HeldBytes = new HeldBytes()) {
    this.#judge = judge;
    this.#next = next;
    this.#room = room;
  }

  /** Lets go of what is held, whatever the end of the stream was. */
  close(): void {
    this.#room.give(this.#heldBytes);
    this.#held = [];
    this.#heldBytes = 0;
  }

  async take(passing: Passing): Promise<readonly Passing[] | Deny> {
    const { contentOf, verdict, streaming } = this.#judge;
    const { event, step } = passing;
    const isEnd = step.isEnd === true;
    const denial =
      verdict.take(contentOf(readObject(event.data))) ?? (isEnd ? verdict.end() : undefined);
    const refused = denial === undefined ? undefined : await this.#found(denial);
    if (refused !== undefined) return refused;
    const bytes = event.data.length + OF_EVENT;
    if (!this.#room.take(bytes)) return NO_ROOM;
    this.#held.push(passing);
    this.#heldBytes += bytes;
    if (isEnd || streaming === 'Audit' || (streaming === 'Window' && verdict.isJudged)) {
      return this.#release();
    }
    return [];
  }

  /** Of one call, one thing is told. */
  async #found(denial: Deny): Promise<Deny | undefined> {
    if (this.#isFound) return undefined;
    this.#isFound = true;
    return this.#judge.found(denial);
  }

  async #release(): Promise<readonly Passing[] | Deny> {
    const released = this.#held;
    this.close();
    const shown: Passing[] = [];
    for (const passing of released) {
      const passed = await this.#next.take(passing);
      if ('code' in passed) return passed;
      shown.push(...passed);
    }
    return shown;
  }
}

const NO_ROOM = deny(
  'KARS_OVERLOADED',
  'inference router',
  `the streams under way have ${limits.unjudgedBytes} bytes that are not judged`,
);

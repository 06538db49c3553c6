import * as z from 'zod';
import type { Deny } from 'kars-constructs/contract';
import { readObject } from '../../surfaces/json-object.ts';
import type { ServerEvent } from '../../surfaces/surface.ts';
import { invalid, startOf, type AnswerStart } from './message-of.ts';
import { messageUsage, NO_USAGE } from './message-usage.ts';
import { stopReason } from './stop-reason.ts';

const fragment = z.looseObject({
  index: z.int().nullish(),
  id: z.string().nullish(),
  function: z
    .looseObject({ name: z.string().nullish(), arguments: z.string().nullish() })
    .nullish(),
});

/** A part of a call, as a chunk has it. */
type Fragment = z.output<typeof fragment>;

const chunk = z.looseObject({
  id: z.string().nullish(),
  model: z.string().nullish(),
  choices: z.array(
    z.looseObject({
      finish_reason: z.string().nullish(),
      delta: z
        .looseObject({
          content: z.string().nullish(),
          refusal: z.string().nullish(),
          tool_calls: z.array(fragment).nullish(),
        })
        .nullish(),
    }),
  ),
});

/** A block that is being said. */
type OpenBlock =
  | { readonly type: 'text' }
  | { readonly type: 'tool_use'; readonly id: string; readonly number: number | undefined };

/** Says the chunks of one streamed chat completion as the events of a message. */
export class MessageEvents {
  #isStarted = false;
  /** Blocks that were begun. */
  #begun = 0;
  #open: OpenBlock | undefined;
  #callsTools = false;
  /** Of the calls that were begun. */
  readonly #numbers = new Set<number>();
  #finish: string | null | undefined;
  #usage: object | undefined;

  /** The events that a chunk stands for. */
  readonly read = ({ data }: ServerEvent): readonly ServerEvent[] | Deny => {
    if (data === '[DONE]') return this.#end();
    const value = readObject(data);
    const parsed = chunk.safeParse(value);
    if (!parsed.success) return invalid(parsed.error.issues[0]?.path.join('.'));
    this.#usage = messageUsage(value) ?? this.#usage;
    const events = this.#start(parsed.data);
    const [choice] = parsed.data.choices;
    if (choice === undefined) return events;
    this.#finish = choice.finish_reason ?? this.#finish;
    const { content, refusal, tool_calls: calls } = choice.delta ?? {};
    for (const text of [content, refusal]) {
      if (typeof text === 'string' && text !== '') events.push(...this.#say(text));
    }
    for (const call of calls ?? []) {
      const said = this.#call(call);
      if ('code' in said) return said;
      events.push(...said);
    }
    return events;
  };

  #start(answer: AnswerStart): ServerEvent[] {
    if (this.#isStarted) return [];
    this.#isStarted = true;
    const message = { ...startOf(answer), content: [], stop_reason: null, usage: NO_USAGE };
    return [event({ type: 'message_start', message })];
  }

  #say(text: string): ServerEvent[] {
    const begun =
      this.#open?.type === 'text' ? [] : this.#begin({ type: 'text' }, { type: 'text', text: '' });
    return [...begun, this.#delta({ type: 'text_delta', text })];
  }

  /** Parts of one number are one call, as they are for whoever judges it; a part without is a call of its own. */
  #call({ index, id, function: part }: Fragment): ServerEvent[] | Deny {
    const number = index ?? undefined;
    const open = this.#open?.type === 'tool_use' ? this.#open : undefined;
    const goesOn = open !== undefined && number !== undefined && number === open.number;
    const begun = goesOn ? this.#goOn(open.id, id) : this.#beginCall(number, id, part?.name);
    if ('code' in begun) return begun;
    const json = part?.arguments ?? '';
    return json === ''
      ? begun
      : [...begun, this.#delta({ type: 'input_json_delta', partial_json: json })];
  }

  #goOn(open: string, id: string | null | undefined): ServerEvent[] | Deny {
    return [undefined, null, '', open].includes(id) ? [] : invalid('two tool calls in one');
  }

  #beginCall(
    number: number | undefined,
    id: string | null | undefined,
    name: string | null | undefined,
  ): ServerEvent[] | Deny {
    if (!isText(id) || !isText(name)) return invalid('a tool call without id and name');
    if (number !== undefined && this.#numbers.has(number))
      return invalid('a tool call that has ended');
    if (number !== undefined) this.#numbers.add(number);
    this.#callsTools = true;
    return this.#begin({ type: 'tool_use', id, number }, { type: 'tool_use', id, name, input: {} });
  }

  #begin(block: OpenBlock, content: object): ServerEvent[] {
    const closed = this.#close();
    this.#open = block;
    this.#begun += 1;
    const index = this.#begun - 1;
    return [...closed, event({ type: 'content_block_start', index, content_block: content })];
  }

  #delta(delta: object): ServerEvent {
    return event({ type: 'content_block_delta', index: this.#begun - 1, delta });
  }

  #close(): ServerEvent[] {
    if (this.#open === undefined) return [];
    this.#open = undefined;
    return [event({ type: 'content_block_stop', index: this.#begun - 1 })];
  }

  #end(): ServerEvent[] {
    const delta = {
      stop_reason: stopReason(this.#finish, this.#callsTools),
      stop_sequence: null,
    };
    return [
      ...this.#start({}),
      ...this.#close(),
      event({ type: 'message_delta', delta, usage: this.#usage ?? NO_USAGE }),
      event({ type: 'message_stop' }),
    ];
  }
}

const event = (value: { readonly type: string } & Record<string, unknown>): ServerEvent => ({
  event: value.type,
  data: JSON.stringify(value),
});

const isText = (value: string | null | undefined): value is string =>
  typeof value === 'string' && value !== '';

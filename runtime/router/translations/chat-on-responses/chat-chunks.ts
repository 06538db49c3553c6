import * as z from 'zod';
import type { Deny } from 'kars-constructs/contract';
import { limits } from '../../limits.ts';
import { readObject } from '../../surfaces/json-object.ts';
import { first, isRecord } from '../../surfaces/reach.ts';
import type { ServerEvent } from '../../surfaces/surface.ts';
import { callOf, isCall, outputParts, type CallPart, type OutputPart } from './output-part.ts';
import { chatUsage, endedResponse, failed, finishReason, startOf } from './response-end.ts';
import { invalid, NO_ITEM } from './invalid.ts';

/** A call that has been begun, and its number among those of the answer. */
type BegunCall = Pick<CallPart, 'id' | 'kind' | 'name'> & { readonly number: number };

/** Events with a piece of something, and what that is. */
const PIECES: ReadonlyMap<unknown, OutputPart['kind']> = new Map([
  ['response.custom_tool_call_input.delta', 'custom'],
  ['response.function_call_arguments.delta', 'function'],
  ['response.output_text.delta', 'content'],
  ['response.refusal.delta', 'refusal'],
]);

const piece = z.looseObject({ output_index: z.int().min(0), delta: z.string() });

const placed = z.looseObject({ output_index: z.int().min(0), item: z.unknown() });

/**
 * Says the events of one streamed response as the chunks of a chat completion. The API tells things in pieces, then by
 * the item, then by the response: what has been said is not said again, and what only a whole has is said then.
 */
export class ChatChunks {
  readonly #hasUsage: boolean;
  #start: object | undefined;
  readonly #calls = new Map<string, BegunCall>();
  /** The calls by the place of their items. */
  readonly #places = new Map<number, BegunCall>();
  /** What has been said of each thing. */
  readonly #said = new Map<string, string>();
  #length = 0;
  readonly #chunks: ServerEvent[] = [];

  /** @param hasUsage whether the client asks for usage in a stream */
  constructor(hasUsage: boolean) {
    this.#hasUsage = hasUsage;
  }

  /** The chunks that an event stands for. */
  readonly read = ({ data }: ServerEvent): readonly ServerEvent[] | Deny => {
    const denial = this.#take(readObject(data) ?? {});
    const chunks = this.#chunks.splice(0);
    if (denial !== undefined) return denial;
    return this.#length > limits.answerBytes ? invalid('more text than an answer has') : chunks;
  };

  #take(event: Readonly<Record<string, unknown>>): Deny | undefined {
    const { type, response, error } = event;
    const kind = PIECES.get(type);
    if (kind !== undefined) return this.#piece(kind, event);
    switch (type) {
      case 'response.created':
      case 'response.in_progress':
        this.#open(response);
        return undefined;
      case 'response.output_item.added':
        return this.#item(event, false);
      case 'response.output_item.done':
        return this.#item(event, true);
      case 'response.completed':
        return this.#end(response, 'completed');
      case 'response.incomplete':
        return this.#end(response, 'incomplete');
      case 'response.failed':
        return failed(isRecord(response) ? response['error'] : undefined);
      case 'error':
        return failed(isRecord(error) ? error : event);
      default:
        return undefined;
    }
  }

  #piece(kind: OutputPart['kind'], event: unknown): Deny | undefined {
    const { data } = piece.safeParse(event);
    if (data === undefined) return invalid('a piece of nothing');
    const { output_index: place, delta } = data;
    if (kind === 'content' || kind === 'refusal') {
      this.#say(kind, place, delta);
      return undefined;
    }
    const call = this.#places.get(place);
    if (call?.kind !== kind) return invalid('a piece of a call that nobody began');
    this.#argue(call, delta);
    return undefined;
  }

  #item(event: unknown, isWhole: boolean): Deny | undefined {
    const { data } = placed.safeParse(event);
    const parts = outputParts(data?.item);
    if (data === undefined || parts === undefined) return NO_ITEM;
    return this.#parts(parts, data.output_index, isWhole);
  }

  /** @param place undefined for those of the response, of which an earlier item may be left out */
  #parts(
    parts: readonly OutputPart[],
    place: number | undefined,
    isWhole: boolean,
  ): Deny | undefined {
    const texts = isWhole ? TEXTS : [];
    return (
      first(texts, (kind) => this.#restOfText(kind, parts, place)) ??
      first(parts.filter(isCall), (call) => this.#call(call, place, isWhole))
    );
  }

  #restOfText(
    kind: (typeof TEXTS)[number],
    parts: readonly OutputPart[],
    place: number | undefined,
  ): Deny | undefined {
    const whole = parts.map((part) => (part.kind === kind ? part.text : '')).join('');
    const rest = this.#rest(place === undefined ? kind : `${place} ${kind}`, whole);
    if (rest === undefined) return OTHER_TEXT;
    this.#say(kind, place, rest);
    return undefined;
  }

  #call(call: CallPart, place: number | undefined, isWhole: boolean): Deny | undefined {
    const known = this.#calls.get(call.id);
    if (place !== undefined && this.#places.get(place) !== known)
      return invalid('two calls of one place, or of one id');
    if (known !== undefined && (known.name !== call.name || known.kind !== call.kind))
      return invalid('a call that has changed');
    const begun = known ?? this.#begin(call);
    if (place !== undefined) this.#places.set(place, begun);
    if (!isWhole) return undefined;
    const rest = this.#rest(`call ${call.id}`, call.text);
    if (rest === undefined) return OTHER_TEXT;
    this.#argue(begun, rest);
    return undefined;
  }

  #begin({ kind, id, name }: CallPart): BegunCall {
    const begun = { kind, id, name, number: this.#calls.size };
    this.#calls.set(id, begun);
    const call = { index: begun.number, id, type: kind, ...callOf(kind, { name, text: '' }) };
    this.#add({ tool_calls: [call] });
    return begun;
  }

  #argue({ kind, id, number }: BegunCall, text: string): void {
    if (text === '') return;
    this.#remember(`call ${id}`, text);
    this.#add({ tool_calls: [{ index: number, ...callOf(kind, { text }) }] });
  }

  #say(kind: 'content' | 'refusal', place: number | undefined, text: string): void {
    if (text === '') return;
    if (place !== undefined) this.#remember(`${place} ${kind}`, text);
    this.#remember(kind, text);
    this.#add({ [kind]: text });
  }

  #remember(what: string, text: string): void {
    this.#length += text.length;
    this.#said.set(what, (this.#said.get(what) ?? '') + text);
  }

  /** What of a whole has not been said; undefined where something else has. A whole may be left out. */
  #rest(what: string, whole: string): string | undefined {
    const said = this.#said.get(what) ?? '';
    if (whole === '') return '';
    return whole.startsWith(said) ? whole.slice(said.length) : undefined;
  }

  #end(value: unknown, status: 'completed' | 'incomplete'): Deny | undefined {
    const response = endedResponse(value, status);
    if ('code' in response) return response;
    const items = response.output.map(outputParts);
    if (items.includes(undefined)) return NO_ITEM;
    this.#open(value);
    const denial = this.#parts(
      items.flatMap((parts) => parts ?? []),
      undefined,
      true,
    );
    if (denial !== undefined) return denial;
    this.#add({}, finishReason(response, this.#calls.size > 0));
    const usage = this.#hasUsage ? chatUsage(value) : undefined;
    if (usage !== undefined) this.#event({ choices: [], usage });
    this.#chunks.push({ event: undefined, data: '[DONE]' });
    return undefined;
  }

  /** The first chunk has who speaks. */
  #open(response: unknown): void {
    if (this.#start !== undefined) return;
    this.#start = startOf(response);
    this.#add({ role: 'assistant' });
  }

  #add(delta: object, finish: string | null = null): void {
    this.#open(undefined);
    this.#event({ choices: [{ index: 0, delta, finish_reason: finish }] });
  }

  #event(chunk: object): void {
    const data = JSON.stringify({ ...this.#start, object: 'chat.completion.chunk', ...chunk });
    this.#chunks.push({ event: undefined, data });
  }
}

const TEXTS = ['content', 'refusal'] as const;

const OTHER_TEXT = invalid('a whole that is other than its pieces');

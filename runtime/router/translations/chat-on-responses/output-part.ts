import * as z from 'zod';

const name = z.string().min(1);

const item = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('reasoning') }),
  z.looseObject({
    type: z.literal('message'),
    content: z
      .array(
        z.discriminatedUnion('type', [
          z.looseObject({ type: z.literal('output_text'), text: z.string() }),
          z.looseObject({ type: z.literal('refusal'), refusal: z.string() }),
        ]),
      )
      .nullish(),
  }),
  z.looseObject({
    type: z.literal('function_call'),
    call_id: name,
    name,
    arguments: z.string().nullish(),
  }),
  z.looseObject({
    type: z.literal('custom_tool_call'),
    call_id: name,
    name,
    input: z.string().nullish(),
  }),
]);

/** Something that a model says, in the words of chat completions. */
export type OutputPart = TextPart | CallPart;

/** What is said to the user. */
export interface TextPart {
  readonly kind: 'content' | 'refusal';
  readonly text: string;
}

/** A call of a tool. */
export interface CallPart {
  readonly kind: 'function' | 'custom';
  readonly id: string;
  readonly name: string;
  /** Arguments of a function, or the text that another tool takes. */
  readonly text: string;
}

/** Whether something is a call of a tool. */
export const isCall = (part: OutputPart): part is CallPart => 'id' in part;

/** What an item of a response says; undefined for one that chat completions have no words for. */
export function outputParts(value: unknown): readonly OutputPart[] | undefined {
  const { data } = item.safeParse(value);
  switch (data?.type) {
    case 'reasoning':
      return [];
    case 'message':
      return (data.content ?? []).map((part) =>
        part.type === 'refusal'
          ? { kind: 'refusal', text: part.refusal }
          : { kind: 'content', text: part.text },
      );
    case 'function_call':
      return [{ kind: 'function', id: data.call_id, name: data.name, text: data.arguments ?? '' }];
    case 'custom_tool_call':
      return [{ kind: 'custom', id: data.call_id, name: data.name, text: data.input ?? '' }];
    case undefined:
      return undefined;
  }
}

/** What chat completions have of a call, by its kind. */
export const callOf = (
  kind: CallPart['kind'],
  { name, text }: Pick<CallPart, 'text'> & Partial<CallPart>,
): object => ({
  [kind]: {
    ...(name === undefined ? {} : { name }),
    [kind === 'custom' ? 'input' : 'arguments']: text,
  },
});

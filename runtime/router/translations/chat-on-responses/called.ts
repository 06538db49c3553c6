import * as z from 'zod';

const call = z.union([
  z.looseObject({
    id: z.string().min(1),
    type: z.literal('function').nullish(),
    function: z.looseObject({ name: z.string().min(1), arguments: z.string() }),
  }),
  z.looseObject({
    id: z.string().min(1),
    type: z.literal('custom'),
    custom: z.looseObject({ name: z.string().min(1), input: z.string() }),
  }),
]);

/** A call of a tool that an earlier answer has had. */
export interface EarlierCall {
  readonly kind: 'function' | 'custom';
  readonly id: string;
  readonly name: string;
  /** Arguments of a function, or the text that another tool takes. */
  readonly input: string;
}

/** The call that an entry of a message is; undefined where it is none. */
export function callIn(entry: unknown): EarlierCall | undefined {
  const { data } = call.safeParse(entry);
  if (data === undefined) return undefined;
  return data.type === 'custom'
    ? { kind: 'custom', id: data.id, name: data.custom.name, input: data.custom.input }
    : {
        kind: 'function',
        id: data.id,
        name: data.function.name,
        input: data.function.arguments,
      };
}

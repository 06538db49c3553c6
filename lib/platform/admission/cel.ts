/** CEL for a text. */
export const celText = (text: string): string => JSON.stringify(text);

/** CEL for a list of texts. */
export const celList = (texts: readonly string[]): string => JSON.stringify(texts);

/** CEL that holds when all of these do. */
export const allOf = (...expressions: readonly string[]): string =>
  expressions.map((expression) => `(${expression})`).join(' && ');

/** CEL that holds when an object has none of these fields. */
export const absent = (object: string, ...fields: readonly string[]): string =>
  allOf(...fields.map((field) => `!has(${object}.${field})`));

/** CEL that holds when a field is there and has this value. */
export const is = (object: string, field: string, value: boolean | number | string): string =>
  `has(${object}.${field}) && ${object}.${field} == ${JSON.stringify(value)}`;

/** CEL that holds when a switch is absent or off. */
export const isOff = (object: string, field: string): string =>
  `!has(${object}.${field}) || !${object}.${field}`;

/** CEL for a field, or for what stands for it when it is absent. */
export const orElse = (object: string, field: string, otherwise: string): string =>
  `(has(${object}.${field}) ? ${object}.${field} : ${otherwise})`;

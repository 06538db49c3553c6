import * as z from 'zod';
import { DIGEST } from './canonical.ts';
import { encode, type EncodedDocument, type Source } from './document.ts';
import type { MemberKind } from './projection.ts';
import { memberKinds } from './projection.ts';

const digest = z.string().regex(DIGEST);

/** Payload of the set document: which documents belong together, by digest. */
export const documentSetPayload = z.strictObject({
  documents: z
    .array(
      z.strictObject({
        kind: z.enum(memberKinds as [MemberKind, ...MemberKind[]]),
        file: z.string(),
        digest,
      }),
    )
    .max(memberKinds.length)
    .refine((list) => new Set(list.map(({ kind }) => kind)).size === list.length, {
      message: 'each kind of document may stand once in a set',
    }),
});

/** Payload of the set document. */
export type DocumentSetPayload = z.output<typeof documentSetPayload>;

/** The set document over its members: one digest that stands for all of them. */
export function encodeSet(source: Source, members: readonly EncodedDocument[]): EncodedDocument {
  const documents = members
    .map(({ kind, file, digest }) => ({ kind, file, digest }))
    .sort((a, b) => (a.file < b.file ? -1 : 1));
  return encode('set', source, { documents });
}

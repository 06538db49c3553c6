import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  decodeKind,
  failure,
  fileDigest,
  membersFor,
  projection,
  success,
  type Document,
  type DocumentKind,
  type MemberKind,
  type PayloadOf,
  type Problem,
  type Reader,
  type Result,
} from 'kars-constructs/contract';
import { Snapshot, type LoadedDocument } from './snapshot.ts';

/**
 * Reads the set document in `directory` and the members that `reader` opens. Every file has to have
 * the digest that the set lists, so a mixture of two sets, or a half-written file, is no set.
 */
export async function readSet(directory: string, reader: Reader): Promise<Result<Snapshot>> {
  const set = await readDocument(directory, 'set');
  if (!set.ok) return set;
  const listed = new Map(set.value.document.payload.documents.map((entry) => [entry.kind, entry]));
  const members = await Promise.all(
    membersFor(reader).map(async (kind) => {
      const digest = listed.get(kind)?.digest;
      return digest === undefined ? undefined : readMember(directory, kind, digest);
    }),
  );
  const read = members.filter((member) => member !== undefined);
  const problems = read.flatMap((member) => (member.ok ? [] : member.problems));
  if (problems.length > 0) return failure(...problems);
  const documents = new Map<MemberKind, LoadedDocument>(
    read.flatMap((member) =>
      member.ok ? [[member.value.document.kind as MemberKind, member.value]] : [],
    ),
  );
  return success(new Snapshot(set.value.digest, documents));
}

async function readMember(
  directory: string,
  kind: MemberKind,
  expected: string,
): Promise<Result<LoadedDocument>> {
  const read = await readDocument(directory, kind);
  if (!read.ok || read.value.digest === expected) return read;
  const message = `got ${read.value.digest}, the set lists ${expected}; apply all documents of one synthesis`;
  return failure(fault(projection[kind].file, 'KARS_DOCUMENT_DIGEST', message));
}

async function readDocument<K extends DocumentKind>(
  directory: string,
  kind: K,
): Promise<Result<{ document: Document<PayloadOf<K>>; digest: string }>> {
  const { file } = projection[kind];
  try {
    const body = await readFile(join(directory, file), 'utf8');
    const decoded = decodeKind(kind, body);
    return decoded.ok
      ? success({ document: decoded.value, digest: fileDigest(file, body) })
      : decoded;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failure(fault(file, 'KARS_DOCUMENT_MISSING', `cannot be read: ${why}`));
  }
}

const fault = (path: string, code: string, message: string): Problem => ({ path, code, message });

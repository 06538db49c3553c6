import type { Document, MemberKind, PayloadOf, Source } from 'kars-constructs/contract';

/** A document that is in force. */
export interface LoadedDocument<K extends MemberKind = MemberKind> {
  readonly document: Document<PayloadOf<K>>;
  readonly digest: string;
}

/** One whole set of documents; a process decides each call by exactly one of them. */
export class Snapshot {
  readonly setDigest: string;
  readonly loadedAt: string;
  readonly #documents: ReadonlyMap<MemberKind, LoadedDocument>;

  constructor(
    setDigest: string,
    documents: ReadonlyMap<MemberKind, LoadedDocument>,
    loadedAt = new Date(),
  ) {
    this.setDigest = setDigest;
    this.loadedAt = loadedAt.toISOString();
    this.#documents = documents;
  }

  /** The payload of a document, or undefined when the set has none of this kind. */
  payload<K extends MemberKind>(kind: K): PayloadOf<K> | undefined {
    return this.#documents.get(kind)?.document.payload as PayloadOf<K> | undefined;
  }

  /** The custom resource that a document was made from. */
  source(kind: MemberKind): Source | undefined {
    return this.#documents.get(kind)?.document.source;
  }

  /** The digest of a document. */
  digest(kind: MemberKind): string | undefined {
    return this.#documents.get(kind)?.digest;
  }
}

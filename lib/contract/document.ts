import * as z from 'zod';
import { canonicalJson, fileDigest, type Json } from './canonical.ts';
import { failure, success, type Problem, type Result } from './problem.ts';
import { projection, type DocumentKind } from './projection.ts';
import { interpreted, problemsOf } from './schema-problems.ts';

/** Raised with any change that an older process could read wrongly. */
export const SCHEMA_VERSION = 1;

/** The custom resource that a document was compiled from. */
export interface Source {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** What every compiled file carries around its payload. */
export interface Document<P, Kind extends string = DocumentKind> {
  readonly schemaVersion: typeof SCHEMA_VERSION;
  readonly kind: Kind;
  readonly source: Source;
  readonly payload: P;
}

/** What is fixed about the file of a document. */
export interface DocumentForm<Kind extends string = DocumentKind> {
  readonly kind: Kind;
  readonly file: string;
  /** Largest body in bytes. */
  readonly maxBytes: number;
}

/** A document as bytes, with the name of its file and its digest. */
export interface EncodedDocument<Kind extends string = DocumentKind> {
  readonly kind: Kind;
  readonly file: string;
  readonly body: string;
  readonly digest: string;
}

const envelope = z.strictObject({
  schemaVersion: z.literal(SCHEMA_VERSION),
  kind: z.string(),
  source: z.strictObject({ kind: z.string(), namespace: z.string(), name: z.string() }),
  payload: z.unknown(),
});

/** Canonical bytes of a document, and their digest. */
export const encode = (kind: DocumentKind, source: Source, payload: Json): EncodedDocument =>
  encodeAs({ kind, ...projection[kind] }, source, payload);

/** The same for a document that stands in no set. */
export function encodeAs<Kind extends string>(
  { kind, file }: DocumentForm<Kind>,
  source: Source,
  payload: Json,
): EncodedDocument<Kind> {
  const { namespace, name } = source;
  const body = canonicalJson({
    schemaVersion: SCHEMA_VERSION,
    kind,
    source: { kind: source.kind, namespace, name },
    payload,
  });
  return { kind, file, body, digest: fileDigest(file, body) };
}

/**
 * Reads the bytes of one document.
 *
 * Refused: bytes over the size limit of the kind, bytes that are not JSON, another schemaVersion,
 * another kind, a payload that its schema does not accept.
 */
export const decode = <P>(
  kind: DocumentKind,
  body: string,
  payloadSchema: z.ZodType<P>,
): Result<Document<P>> => decodeAs({ kind, ...projection[kind] }, body, payloadSchema);

/** The same for a document that stands in no set. */
export function decodeAs<P, Kind extends string>(
  { kind, file, maxBytes }: DocumentForm<Kind>,
  body: string,
  payloadSchema: z.ZodType<P>,
): Result<Document<P, Kind>> {
  const bytes = Buffer.byteLength(body);
  if (bytes > maxBytes) {
    return failure(
      fault(file, 'KARS_DOCUMENT_TOO_LARGE', `got ${bytes} bytes, allowed ${maxBytes}`),
    );
  }
  const json = parseJson(file, body);
  if (!json.ok) return json;
  const version = versionOf(json.value);
  if (version !== SCHEMA_VERSION) {
    const text = `got schemaVersion ${version === undefined ? 'none' : JSON.stringify(version)}, this release reads ${SCHEMA_VERSION}; deploy matching releases`;
    return failure(fault(file, 'KARS_DOCUMENT_VERSION', text));
  }
  const outer = envelope.safeParse(json.value, interpreted);
  if (!outer.success) return failure(...problemsOf(outer.error, 'KARS_DOCUMENT_MALFORMED', file));
  if (outer.data.kind !== kind) {
    const text = `got a document of kind ${outer.data.kind}, needed ${kind}`;
    return failure(fault(file, 'KARS_DOCUMENT_KIND', text));
  }
  const inner = payloadSchema.safeParse(outer.data.payload, interpreted);
  if (!inner.success) {
    return failure(...problemsOf(inner.error, 'KARS_DOCUMENT_MALFORMED', `${file}.payload`));
  }
  return success({
    schemaVersion: SCHEMA_VERSION,
    kind,
    source: outer.data.source,
    payload: inner.data,
  });
}

function parseJson(file: string, body: string): Result<unknown> {
  try {
    return success(JSON.parse(body) as unknown);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return failure(fault(file, 'KARS_DOCUMENT_MALFORMED', `not JSON: ${why}`));
  }
}

function versionOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'schemaVersion' in value
    ? value.schemaVersion
    : undefined;
}

const fault = (path: string, code: string, message: string): Problem => ({ path, code, message });

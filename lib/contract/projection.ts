/** The processes that read documents. */
export type Reader = 'router' | 'egress-proxy';

/** What a process does when a document is not part of its set. */
export type WhenAbsent = 'deny' | 'empty';

/** Where one kind of document lives, in the cluster and in the pod. */
export interface ProjectionRow {
  /** Name of the ConfigMap, in the namespace of the sandbox. */
  readonly configMap: string;
  /** Key in the ConfigMap and name of the file below {@link DOCUMENTS_DIR}. */
  readonly file: string;
  /** Processes that open the file. */
  readonly readers: readonly Reader[];
  /** `deny`: every call that the document would decide is denied; `empty`: it counts as a list without entries. */
  readonly whenAbsent: WhenAbsent;
  /** Largest body in bytes: a ConfigMap holds 1 MiB with its metadata. */
  readonly maxBytes: number;
  /** `kind` of the entry in `/internal/policy-status`, as kars v0.1.x names it. */
  readonly statusKind: string;
}

/** Directory that all documents of a sandbox are projected into, as one atomic swap. */
export const DOCUMENTS_DIR = '/etc/kars/documents';

/** Directory with one file a model provider, named as the provider; only the router mounts it. */
export const CREDENTIALS_DIR = '/run/kars/credentials';

/** Directory with one projected service-account token a cloud, named as the cloud; only the router mounts it. */
export const IDENTITY_DIR = '/run/kars/identity';

/** Directory for the state of a process, on the volume of the sandbox. */
export const STATE_DIR = '/var/lib/kars';

/** File below {@link STATE_DIR} that holds the audit log of a process. */
export const AUDIT_FILE = 'audit.jsonl';

/** File below {@link STATE_DIR} that the one process which writes there holds a lock on. */
export const LOCK_FILE = 'lock';

const MAX_BYTES = 900 * 1024;

/** The one table of documents. Constructs write ConfigMaps and mounts from it, processes open files from it. */
export const projection = {
  set: {
    configMap: 'kars-documents-set',
    file: 'set.json',
    readers: ['router', 'egress-proxy'],
    whenAbsent: 'deny',
    maxBytes: MAX_BYTES,
    statusKind: 'DocumentSet',
  },
  'inference-policy': {
    configMap: 'kars-documents-inference-policy',
    file: 'inference-policy.json',
    readers: ['router'],
    whenAbsent: 'deny',
    maxBytes: MAX_BYTES,
    statusKind: 'InferencePolicy',
  },
  'tool-policy': {
    configMap: 'kars-documents-tool-policy',
    file: 'tool-policy.json',
    readers: ['router'],
    whenAbsent: 'deny',
    maxBytes: MAX_BYTES,
    statusKind: 'ToolPolicy',
  },
  'egress-allowlist': {
    configMap: 'kars-documents-egress-allowlist',
    file: 'egress-allowlist.json',
    readers: ['router', 'egress-proxy'],
    whenAbsent: 'deny',
    maxBytes: MAX_BYTES,
    statusKind: 'EgressAllowlist',
  },
  'signed-allowlist': {
    configMap: 'kars-documents-signed-allowlist',
    file: 'signed-allowlist.json',
    readers: ['egress-proxy'],
    whenAbsent: 'empty',
    maxBytes: MAX_BYTES,
    statusKind: 'SignedAllowlist',
  },
} as const satisfies Readonly<Record<string, ProjectionRow>>;

/** Kinds of documents. */
export type DocumentKind = keyof typeof projection;

/** Kinds of documents that a set lists: all but the set itself. */
export type MemberKind = Exclude<DocumentKind, 'set'>;

/** The member documents that `reader` opens. */
export function membersFor(reader: Reader): MemberKind[] {
  return memberKinds.filter((kind) => {
    const readers: readonly Reader[] = projection[kind].readers;
    return readers.includes(reader);
  });
}

/** Every member kind, in the order of the table. */
export const memberKinds: readonly MemberKind[] = Object.keys(projection).filter(
  (kind): kind is MemberKind => kind !== 'set',
);

/** One document in `/internal/policy-status`; the form is that of kars v0.1.x. */
export interface PolicyStatusEntry {
  readonly kind: string;
  readonly digest: string | null;
  readonly source_path: string;
  /** RFC 3339, UTC. */
  readonly loaded_at: string | null;
  readonly last_error: string | null;
}

/** What a process enforces, for whoever compares it with what was synthesized. */
export interface PolicyStatus {
  readonly schema_version: 1;
  readonly count: number;
  readonly entries: readonly PolicyStatusEntry[];
  /** The set as a whole: the digest in force, and why the newest files are not, if they are not. */
  readonly set: { readonly digest: string | null; readonly last_error: string | null };
  /** Settings of the process that send traffic elsewhere than the documents say; empty in a pod. */
  readonly overrides: readonly string[];
}

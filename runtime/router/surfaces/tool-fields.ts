import type { Deny } from 'kars-constructs/contract';
import { first, isRecord, refuseFieldsBut } from './reach.ts';

/** A tool as a request offers it. */
type Tool = Readonly<Record<string, unknown>>;

/**
 * Refuses tools with members that nobody knows: a server that reads names without case, or looks at another
 * member first, would take another tool than the policy has seen.
 *
 * @param known members that pass, of a tool of a type
 */
export const refuseToolFields = (
  at: string,
  tools: readonly Tool[] | null | undefined,
  known: (tool: Tool) => ReadonlySet<string>,
): Deny | undefined =>
  first((tools ?? []).entries(), ([index, tool]) =>
    refuseFieldsBut(known(tool), `${at}[${index}]`, tool),
  );

/** The same of one member of a tool. */
export const refuseMember = (
  at: string,
  value: unknown,
  known: ReadonlySet<string>,
): Deny | undefined => (isRecord(value) ? refuseFieldsBut(known, at, value) : undefined);

import * as z from 'zod';
import {
  decodeAs,
  encodeAs,
  type Document,
  type EncodedDocument,
  type Source,
} from './document.ts';
import {
  egressApprovalPayload,
  type EgressApprovalPayload,
} from './kinds/egress-approval/payload.ts';
import type { Result } from './problem.ts';

/**
 * What changes while a sandbox runs, without a synthesis: one file an approval. There may be none, and a
 * file that is not as it should be counts for nothing, whatever the others are.
 */
export const runtimeSet = {
  /** Written by operators; synthesized without content, so that no tool takes theirs away. */
  granted: 'kars-approvals',
  /** Written by constructs. */
  declared: 'kars-declared-approvals',
  /** Directory that both are projected into. */
  directory: '/etc/kars/approvals',
} as const;

const MAX_BYTES = 16 * 1024;

const APPROVAL = 'egress-approval';

const CLOCK = 'clock-acceptance';

/** File in which an operator says what time it is. */
export const CLOCK_FILE = 'clock';

const SUFFIX = '.json';

/** Key of an approval in its ConfigMap, and name of its file. */
export const approvalFile = (name: string): string => `${name}${SUFFIX}`;

/** Whether a file is that of an approval. */
export const isApprovalFile = (file: string): boolean => file.endsWith(SUFFIX);

/** An approval as bytes. */
export const encodeApproval = (
  source: Source,
  payload: EgressApprovalPayload,
): EncodedDocument<typeof APPROVAL> =>
  encodeAs(
    { kind: APPROVAL, file: approvalFile(source.name), maxBytes: MAX_BYTES },
    source,
    payload,
  );

/** Reads the bytes of an approval. */
export const decodeApproval = (
  file: string,
  body: string,
): Result<Document<EgressApprovalPayload, typeof APPROVAL>> =>
  decodeAs({ kind: APPROVAL, file, maxBytes: MAX_BYTES }, body, egressApprovalPayload);

/** What an operator says of the time, for a process whose clock has jumped. */
export const clockAcceptance = z.strictObject({
  /** RFC 3339, UTC. */
  acceptedAt: z.iso.datetime(),
});

const clockForm = { kind: CLOCK, file: CLOCK_FILE, maxBytes: MAX_BYTES } as const;

/** A word on the time as bytes. */
export const encodeClockAcceptance = (
  source: Source,
  payload: z.output<typeof clockAcceptance>,
): EncodedDocument<typeof CLOCK> => encodeAs(clockForm, source, payload);

/** Reads a word on the time. */
export const decodeClockAcceptance = (
  body: string,
): Result<Document<z.output<typeof clockAcceptance>, typeof CLOCK>> =>
  decodeAs(clockForm, body, clockAcceptance);

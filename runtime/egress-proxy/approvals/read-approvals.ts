import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  approvedSeconds,
  CLOCK_FILE,
  decodeApproval,
  decodeClockAcceptance,
  formatProblem,
  isApprovalFile,
  type EgressApprovalPayload,
  type Source,
} from 'kars-constructs/contract';
import type { MayApprove } from '../signed-allowlist/approvable.ts';

/** An approval as it stands in the directory. */
export interface ReadApproval {
  readonly file: string;
  readonly source: Source;
  readonly payload: EgressApprovalPayload;
}

/** Everything in the directory of approvals. */
export interface ReadApprovals {
  readonly approvals: readonly ReadApproval[];
  /** Why a file counts for nothing, by its name. */
  readonly refused: ReadonlyMap<string, string>;
  /** What an operator said of the time, in milliseconds since 1970. */
  readonly acceptedAt: number | undefined;
}

/** What a process takes of approvals. */
export interface ApprovalBounds {
  readonly sandbox: string;
  /** Longest time that one may last, in seconds; 0 takes none. */
  readonly ceiling: number;
  /** What a signed list lets operators approve. */
  readonly mayApprove: MayApprove;
}

const nothing: ReadApprovals = { approvals: [], refused: new Map(), acceptedAt: undefined };

/** Reads a directory of approvals, each file by itself. Without the directory there is none. */
export async function readApprovals(
  directory: string,
  bounds: ApprovalBounds,
): Promise<ReadApprovals> {
  const files = await readdir(directory).catch(() => undefined);
  if (files === undefined) return nothing;
  const refused = new Map<string, string>();
  const approvals: ReadApproval[] = [];
  for (const file of files.filter(isApprovalFile).sort()) {
    const approval = await readApproval(directory, file, bounds);
    if (typeof approval === 'string') refused.set(file, approval);
    else approvals.push(approval);
  }
  const acceptedAt = files.includes(CLOCK_FILE) ? await readAcceptance(directory) : undefined;
  if (typeof acceptedAt === 'string') refused.set(CLOCK_FILE, acceptedAt);
  return {
    approvals,
    refused,
    acceptedAt: typeof acceptedAt === 'number' ? acceptedAt : undefined,
  };
}

async function readApproval(
  directory: string,
  file: string,
  bounds: ApprovalBounds,
): Promise<ReadApproval | string> {
  const body = await bodyOf(directory, file);
  if (body === undefined) return `${file} cannot be read`;
  const decoded = decodeApproval(file, body);
  if (!decoded.ok) return decoded.problems.map(formatProblem).join('; ');
  const { source, payload } = decoded.value;
  const fault = faultOf(payload, bounds);
  if (fault === undefined) return { file, source, payload };
  return formatProblem({ path: file, code: 'KARS_APPROVAL_REFUSED', message: fault });
}

/** Why an approval of the right form counts for nothing here. */
function faultOf(
  payload: EgressApprovalPayload,
  { sandbox, ceiling, mayApprove }: ApprovalBounds,
): string | undefined {
  if (ceiling === 0) return 'this sandbox takes no approvals';
  if (payload.sandbox !== sandbox) {
    return `got one for the sandbox ${JSON.stringify(payload.sandbox)}, this is ${sandbox}`;
  }
  const beyond = payload.hosts.find(({ host, port }) => !mayApprove(host, port));
  if (beyond !== undefined) {
    return `got ${beyond.host}:${beyond.port}, which the signed allow-list does not let anybody approve; publish and sign another generation`;
  }
  const seconds = approvedSeconds(payload);
  return seconds > ceiling
    ? `got one for ${seconds} seconds, this sandbox allows ${ceiling}; approve for less time`
    : undefined;
}

async function readAcceptance(directory: string): Promise<number | string> {
  const body = await bodyOf(directory, CLOCK_FILE);
  if (body === undefined) return `${CLOCK_FILE} cannot be read`;
  const decoded = decodeClockAcceptance(body);
  return decoded.ok
    ? Date.parse(decoded.value.payload.acceptedAt)
    : decoded.problems.map(formatProblem).join('; ');
}

const bodyOf = (directory: string, file: string): Promise<string | undefined> =>
  readFile(join(directory, file), 'utf8').catch(() => undefined);

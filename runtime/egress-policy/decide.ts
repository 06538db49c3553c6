import { isIP } from 'node:net';
import {
  allow,
  deny,
  formatAuthority,
  neverNamed,
  protocolAt,
  type Allow,
  type Authority,
  type Deny,
  type EgressAllowlistPayload,
  type EgressEntry,
  type EgressProtocol,
  type LearnPayload,
  type Source,
} from 'kars-constructs/contract';
import { type ApprovedHosts, suspension } from './approved-hosts.ts';
import { decideBlocked } from './blocked-hosts.ts';
import { entryIndex } from './entry-index.ts';
import { textOf } from './entry-text.ts';

/** The allow-list that is in force, and the resource that it stands in. */
export interface EgressPolicy {
  readonly source: Source;
  readonly allowlist: EgressAllowlistPayload;
  /** What is approved besides. @default nothing */
  readonly approved?: ApprovedHosts;
  /** On which ports every other name is let through now. @default nothing is learned */
  readonly learning?: LearnPayload;
}

/** A connection that may be made, and what it is to carry. */
export interface EgressAllow extends Allow {
  readonly protocol: EgressProtocol;
  /** The entries that have the target; what they say of requests adds up. */
  readonly entries: readonly EgressEntry[];
  /** Whether the outer name of an encrypted ClientHello decides. */
  readonly outerNameDecides: boolean;
  /** Whether only learning lets it through. */
  readonly learned?: true;
}

/** The outcome for a connection. */
export type EgressDecision = EgressAllow | Deny;

/**
 * Decides whether the agent may connect to a host and port: a name by its own entry or that of a suffix
 * of it, an address by the range that holds it. Without a policy nothing is allowed.
 */
export function decideEgress(target: Authority, policy: EgressPolicy | undefined): EgressDecision {
  if (policy === undefined) {
    return deny('KARS_POLICY_UNAVAILABLE', 'no document set', 'no egress allow-list is in force');
  }
  const { namespace, name } = policy.source;
  const sandbox = `KarsSandbox ${namespace}/${name}`;
  return isIP(target.host) === 0
    ? decideName(target, policy, sandbox)
    : decideAddress(target, policy, sandbox);
}

function decideName(
  { host, port }: Authority,
  policy: EgressPolicy,
  sandbox: string,
): EgressDecision {
  const blocked = decideBlocked(host, policy.allowlist, sandbox);
  if (blocked !== undefined) return blocked;
  const rule = `${sandbox} egress`;
  const found = allowBy(entryIndex(policy.allowlist).forName(host, port), port, policy, rule);
  const decision =
    found ?? decideApproved({ host, port }, policy) ?? decideLearned({ host, port }, policy, rule);
  if (decision !== undefined) return decision;
  return {
    ...deny('KARS_EGRESS_NOT_ALLOWED', rule, `no entry names ${host} port ${port}`),
    cure: `add ${textOf({ host, port })} to the egress of ${sandbox}`,
  };
}

/** Undefined where no approval has the name and port. */
function decideApproved(
  { host, port }: Authority,
  policy: EgressPolicy,
): EgressDecision | undefined {
  const { approved } = policy;
  if (approved === undefined) return undefined;
  const entries = entryIndex(approved.allowlist).forName(host, port);
  const [entry] = entries;
  if (entry === undefined) return undefined;
  const rule = approved.ruleOf(entry);
  return approved.suspended ? suspension(rule) : allowBy(entries, port, policy, rule);
}

/** Undefined where nothing is learned. */
function decideLearned(
  { host, port }: Authority,
  { allowlist, learning }: EgressPolicy,
  rule: string,
): EgressAllow | undefined {
  if (learning?.ports.includes(port) !== true) return undefined;
  const entry = { host, port };
  return {
    ...allow(`${rule} learning until ${learning.until}`),
    protocol: protocolAt(entry, port),
    entries: [entry],
    outerNameDecides: allowlist.encryptedHello === 'outer',
    learned: true,
  };
}

function decideAddress(target: Authority, policy: EgressPolicy, sandbox: string): EgressDecision {
  const { host, port } = target;
  const rule = `${sandbox} egress`;
  const why = neverNamed(host);
  if (why !== undefined) {
    const reason = `${host} can be in no entry (${why})`;
    const cure = 'connect to a host or a range that an entry names';
    return { ...deny('KARS_EGRESS_ADDRESS_FORBIDDEN', rule, reason), cure };
  }
  const found = allowBy(entryIndex(policy.allowlist).forAddress(host, port), port, policy, rule);
  if (found !== undefined) return found;
  const own = { cidr: `${host}/${isIP(host) === 4 ? 32 : 128}`, port };
  return {
    ...deny('KARS_EGRESS_NOT_ALLOWED', rule, `no range has ${formatAuthority(target)}`),
    cure: `add ${textOf(own)} to the egress of ${sandbox}, or connect to a name`,
  };
}

function allowBy(
  entries: readonly EgressEntry[],
  port: number,
  { allowlist }: EgressPolicy,
  rule: string,
): EgressAllow | undefined {
  const [entry] = entries;
  if (entry === undefined) return undefined;
  return {
    ...allow(`${rule} ${textOf(entry)}`),
    protocol: protocolAt(entry, port),
    entries,
    outerNameDecides: allowlist.encryptedHello === 'outer',
  };
}

import { deny, type Deny, type EgressAllowlistPayload } from 'kars-constructs/contract';

/** Finds the pattern that blocks a host in a time that does not grow with their number. */
class BlockedHosts {
  readonly #patterns: ReadonlySet<string>;

  constructor(patterns: readonly string[]) {
    this.#patterns = new Set(patterns);
  }

  patternFor(host: string): string | undefined {
    if (this.#patterns.has(host)) return host;
    for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
      const pattern = `*${host.slice(dot)}`;
      if (this.#patterns.has(pattern)) return pattern;
    }
    return undefined;
  }
}

const indexes = new WeakMap<EgressAllowlistPayload, BlockedHosts>();

/** The denial of a host that a sandbox blocks, in normal form; undefined for any other. */
export function decideBlocked(
  host: string,
  allowlist: EgressAllowlistPayload,
  sandbox: string,
): Deny | undefined {
  const { blockedHosts } = allowlist;
  if (blockedHosts === undefined) return undefined;
  const index = indexes.get(allowlist) ?? new BlockedHosts(blockedHosts);
  indexes.set(allowlist, index);
  const pattern = index.patternFor(host);
  if (pattern === undefined) return undefined;
  const rule = `${sandbox} blocked host "${pattern}"`;
  return {
    ...deny('KARS_EGRESS_BLOCKED', rule, `${host} is blocked`),
    cure: `take "${pattern}" from the blockedHosts of ${sandbox}`,
  };
}

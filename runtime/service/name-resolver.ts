import { CONNREFUSED } from 'node:dns';
import { Resolver } from 'node:dns/promises';

/** An address of a name. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Answers that name a family, with seconds to live each. */
type Ask = (name: string) => Promise<readonly { readonly address: string; readonly ttl: number }[]>;

/** How many names are kept, and for how long at most. */
export interface ResolverBounds {
  readonly names: number;
  readonly longestSeconds: number;
}

const bounds: ResolverBounds = { names: 4096, longestSeconds: 300 };

interface Kept {
  readonly addresses: readonly ResolvedAddress[];
  readonly until: number;
}

/** Options of {@link NameResolver}. */
export interface NameResolverOptions extends Partial<ResolverBounds> {
  /** Addresses of DNS servers, each with an optional port. @default those of `/etc/resolv.conf` */
  readonly servers?: readonly string[];
  /** To the answer of one server, tried twice. @default 2 seconds */
  readonly timeoutMilliseconds?: number;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

/**
 * Addresses of names as the DNS has them: a name is asked for as it is, without the search list of the
 * pod, by which a Service of the cluster could answer for a host outside. Answers are kept as long as
 * they live.
 *
 * @see RFC 1034 section 3.7, RFC 2181 section 8
 */
export class NameResolver {
  readonly #ask: readonly (readonly [4 | 6, Ask])[];
  readonly #bounds: ResolverBounds;
  readonly #now: () => number;
  /** In the order in which they were asked for. */
  readonly #kept = new Map<string, Kept>();
  readonly #asking = new Map<string, Promise<readonly ResolvedAddress[]>>();

  constructor(options: NameResolverOptions = {}) {
    const { servers, timeoutMilliseconds: timeout = 2000, now = () => performance.now() } = options;
    const resolver = new Resolver({ timeout, tries: 2 });
    if (servers !== undefined) resolver.setServers(servers);
    this.#ask = [
      [4, (name) => resolver.resolve4(name, { ttl: true })],
      [6, (name) => resolver.resolve6(name, { ttl: true })],
    ];
    this.#bounds = {
      names: options.names ?? bounds.names,
      longestSeconds: options.longestSeconds ?? bounds.longestSeconds,
    };
    this.#now = now;
  }

  /** Every address of a name, where its last answer still lives. */
  known(name: string): readonly ResolvedAddress[] | undefined {
    const kept = this.#kept.get(name);
    return kept !== undefined && kept.until > this.#now() ? kept.addresses : undefined;
  }

  /** Every address of a name; none where nobody knows it, or no server answers. */
  async resolve(name: string): Promise<readonly ResolvedAddress[]> {
    const known = this.known(name);
    if (known !== undefined) return known;
    const asking = this.#asking.get(name) ?? this.#look(name);
    this.#asking.set(name, asking);
    return asking;
  }

  async #look(name: string): Promise<readonly ResolvedAddress[]> {
    const began = this.#now();
    try {
      const answers = await Promise.all(
        this.#ask.map(([family, ask]) => askFor(name, family, ask)),
      );
      const addresses = answers.flatMap((answer) => answer.addresses);
      const seconds = Math.min(...answers.map(({ ttl }) => ttl), this.#bounds.longestSeconds);
      if (addresses.length > 0) this.#keep(name, { addresses, until: began + seconds * 1000 });
      return addresses;
    } finally {
      this.#asking.delete(name);
    }
  }

  #keep(name: string, kept: Kept): void {
    this.#kept.delete(name);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size >= this.#bounds.names && oldest !== undefined) this.#kept.delete(oldest);
    if (kept.until > this.#now()) this.#kept.set(name, kept);
  }
}

/** One family of a name; that it has none of the other lives as long as what it has. */
async function askFor(name: string, family: 4 | 6, ask: Ask) {
  const answers = await unlessRefused(name, ask);
  return {
    addresses: answers.map(({ address }): ResolvedAddress => ({ address, family })),
    ttl: Math.min(Number.POSITIVE_INFINITY, ...answers.map(({ ttl }) => ttl)),
  };
}

const MOST_REFUSALS = 4;

/**
 * The answers, or none. The packet rules let no sidecar send from a port that the agent has asked from just
 * before, so a refusal may be about the port alone, and every attempt takes another one.
 */
async function unlessRefused(name: string, ask: Ask): ReturnType<Ask> {
  for (let refusals = 1; refusals <= MOST_REFUSALS; refusals += 1) {
    try {
      return await ask(name);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === CONNREFUSED)) return [];
    }
  }
  return [];
}

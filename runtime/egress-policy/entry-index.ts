import {
  lastPort,
  parseAddress,
  parseRange,
  suffixOf,
  type EgressAllowlistPayload,
  type EgressEntry,
  type IpFamily,
} from 'kars-constructs/contract';

/** Ranges of one prefix length, by their leading bits. */
interface PrefixLevel {
  readonly shift: bigint;
  readonly networks: Map<bigint, EgressEntry[]>;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Finds the entries for a host or an address in a time that does not grow with the number of entries. */
export class EntryIndex {
  readonly #hosts = new Map<string, EgressEntry[]>();
  readonly #suffixes = new Map<string, EgressEntry[]>();
  /** Long prefixes first: the narrowest range decides. */
  readonly #levels: Readonly<Record<IpFamily, readonly PrefixLevel[]>>;

  constructor({ entries }: EgressAllowlistPayload) {
    for (const entry of entries) {
      if ('cidr' in entry) continue;
      const suffix = suffixOf(entry.host);
      push(suffix === undefined ? this.#hosts : this.#suffixes, suffix ?? entry.host, entry);
    }
    this.#levels = { 4: levelsOf(entries, 4), 6: levelsOf(entries, 6) };
  }

  /** The entries of a name for a port; where it has none, those of the longest suffix that has some. */
  forName(name: string, port: number): readonly EgressEntry[] {
    const own = onPort(this.#hosts.get(name), port);
    if (own.length > 0) return own;
    // By index, since a decision is made for every call and an array of suffixes costs more than the rest.
    for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
      const below = onPort(this.#suffixes.get(name.slice(dot + 1)), port);
      if (below.length > 0) return below;
    }
    return NONE;
  }

  /** The host of the entries of a name, for whatever port: its own, else its longest suffix that has some. */
  hostFor(name: string): string | undefined {
    if (this.#hosts.has(name)) return name;
    const suffix = suffixesOf(name).find((each) => this.#suffixes.has(each));
    return suffix === undefined ? undefined : `*.${suffix}`;
  }

  /** An entry of exactly this name, for whatever port. */
  entryOf(name: string): EgressEntry | undefined {
    return this.#hosts.get(name)?.[0];
  }

  /** The entries of the narrowest range that has an address and a port. */
  forAddress(text: string, port: number): readonly EgressEntry[] {
    const address = parseAddress(text);
    if (address === undefined) return [];
    for (const { shift, networks } of this.#levels[address.family]) {
      const found = onPort(networks.get(address.value >> shift), port);
      if (found.length > 0) return found;
    }
    return [];
  }
}

const indexes = new WeakMap<EgressAllowlistPayload, EntryIndex>();

/** The index of a list, built once for as long as the list is in force. */
export function entryIndex(allowlist: EgressAllowlistPayload): EntryIndex {
  const known = indexes.get(allowlist);
  if (known !== undefined) return known;
  const index = new EntryIndex(allowlist);
  indexes.set(allowlist, index);
  return index;
}

function levelsOf(entries: readonly EgressEntry[], family: IpFamily): PrefixLevel[] {
  const levels = new Map<number, PrefixLevel>();
  for (const entry of entries) {
    const range = 'cidr' in entry ? parseRange(entry.cidr) : undefined;
    if (range?.family !== family) continue;
    const shift = BigInt(BITS[family] - range.prefix);
    const level = levels.get(range.prefix) ?? { shift, networks: new Map() };
    levels.set(range.prefix, level);
    push(level.networks, range.first >> shift, entry);
  }
  return [...levels.values()].sort((a, b) => Number(a.shift - b.shift));
}

/** `c.b.a`: `b.a`, then `a`. */
function suffixesOf(name: string): string[] {
  const labels = name.split('.');
  return labels.slice(1).map((_label, index) => labels.slice(index + 1).join('.'));
}

const NONE: readonly EgressEntry[] = [];

const onPort = (
  entries: readonly EgressEntry[] | undefined,
  port: number,
): readonly EgressEntry[] =>
  entries?.filter((entry) => entry.port <= port && port <= lastPort(entry)) ?? NONE;

function push<Key>(lists: Map<Key, EgressEntry[]>, key: Key, entry: EgressEntry): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [entry]);
  else list.push(entry);
}

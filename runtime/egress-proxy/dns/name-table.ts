import { join } from 'node:path';
import { deny, parseAddress, type Deny, type IpFamily } from 'kars-constructs/contract';
import type { Log } from '../../service/log.ts';
import { dnsLimits, type DnsLimits } from './limits.ts';
import { brokenNames, NameFile, type GivenAddress } from './name-file.ts';
import { chooseAddress, keyedHash, type NameHash } from './synthetic-address.ts';

const FILE = 'dns-names.jsonl';

/** How many names may get an address. */
type NameBounds = Pick<DnsLimits, 'names' | 'namesOfEntry'>;

/** Names and addresses as they stand in the file. */
interface Content {
  readonly file: NameFile;
  readonly hash: NameHash;
  readonly addresses: Map<string, string>;
  readonly names: Map<string, string>;
  /** How many names each entry has brought. */
  readonly counts: Map<string, number>;
}

/**
 * The addresses that stand for names. A name keeps its address as long as the state directory lasts, and
 * no other name ever gets it.
 */
export class NameTable {
  /** Family of the addresses that names get now. */
  readonly family: IpFamily;
  readonly #bounds: NameBounds;
  readonly #hashOf: (key: Uint8Array) => NameHash;
  #content: Content | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(options: {
    readonly family: IpFamily;
    readonly bounds?: NameBounds;
    readonly hashOf?: (key: Uint8Array) => NameHash;
  }) {
    this.family = options.family;
    this.#bounds = options.bounds ?? dnsLimits;
    this.#hashOf = options.hashOf ?? keyedHash;
  }

  /**
   * Reads what the state directory holds; nothing is known before.
   *
   * @throws StateFault when it was altered.
   */
  readonly read = (directory: string, log: Log): Promise<void> =>
    this.#inTurn(async () => {
      const path = join(directory, FILE);
      const { file, key, given, cutOff } = await NameFile.open(path);
      const content: Content = {
        file,
        hash: this.#hashOf(key),
        addresses: new Map(),
        names: new Map(),
        counts: new Map(),
      };
      for (const line of given) {
        if (!follows(content, line))
          throw brokenNames(path, `the line of ${line.name} was changed`);
        add(content, line);
      }
      if (cutOff > 0) log.warn('dns-names-torn', { bytesCutOff: cutOff });
      this.#content = content;
    });

  /** The address of a name, or undefined when it has none yet. */
  addressOf(name: string): string | undefined {
    return this.#content?.addresses.get(keyOf(name, this.family));
  }

  /** The name that an address stands for, the address in normal form; undefined when it stands for none. */
  nameOf(address: string): string | undefined {
    return this.#content?.names.get(address);
  }

  /** Why a name can get no address, or undefined when it can; `entry` is the host of the entry that has it. */
  refusal(name: string, entry: string): Deny | undefined {
    const content = this.#content;
    if (content === undefined || this.addressOf(name) !== undefined) return undefined;
    const { names, namesOfEntry } = this.#bounds;
    const full = (reason: string): Deny => deny('KARS_DNS_NAMES_EXHAUSTED', 'egress proxy', reason);
    if (content.addresses.size >= names) return full(`${names} names have an address`);
    if ((content.counts.get(entry) ?? 0) >= namesOfEntry) {
      return full(`${namesOfEntry} names of the entry ${entry} have an address`);
    }
    return choose(content, name, this.family) === undefined
      ? full('no address is free where the name leads to')
      : undefined;
  }

  /**
   * Gives a name its address, the one that it has where it has one.
   *
   * @throws Error when it cannot be stored, or {@link NameTable.refusal} refuses it.
   */
  give(name: string, entry: string): Promise<string> {
    return this.#inTurn(async () => {
      const known = this.addressOf(name);
      if (known !== undefined) return known;
      const content = this.#content;
      const refusal = this.refusal(name, entry);
      const address = content && choose(content, name, this.family);
      if (content === undefined || address === undefined || refusal !== undefined) {
        throw new Error(refusal?.reason ?? 'the names are not read yet');
      }
      const given = { name, address, entry };
      await content.file.append(given);
      add(content, given);
      return address;
    });
  }

  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#writing.then(step);
    this.#writing = done.catch(() => undefined);
    return done;
  }
}

const keyOf = (name: string, family: IpFamily): string => `${family} ${name}`;

const familyOf = ({ address }: GivenAddress): IpFamily => parseAddress(address)?.family ?? 4;

const choose = ({ hash, names }: Content, name: string, family: IpFamily): string | undefined =>
  chooseAddress(name, family, hash, (address) => names.has(address));

/** Whether a stored address is the one that its name had to get behind those before it. */
function follows(content: Content, given: GivenAddress): boolean {
  const family = familyOf(given);
  return (
    !content.addresses.has(keyOf(given.name, family)) &&
    choose(content, given.name, family) === given.address
  );
}

function add({ addresses, names, counts }: Content, given: GivenAddress): void {
  const { name, address, entry } = given;
  addresses.set(keyOf(name, familyOf(given)), address);
  names.set(address, name);
  counts.set(entry, (counts.get(entry) ?? 0) + 1);
}

import {
  egressLimitNames,
  egressLimits,
  limitOption,
  parseBytesOfTarget,
  type BytesOfTarget,
  type EgressLimitName,
} from 'kars-constructs/contract';
import { ArgumentError, type OwnArguments } from '../service/arguments.ts';
import { dnsLimits, type DnsLimits } from './dns/limits.ts';
import { limits, type Limits } from './limits.ts';

/** What a process is bounded by. */
export interface ReadLimits {
  readonly bounds: Limits;
  readonly dns: DnsLimits;
  /** What an entry may carry in a window; undefined for any amount. */
  readonly bytesOfTarget: BytesOfTarget | undefined;
}

const SECOND = 1000;

/**
 * The bounds that arguments give, and the standard ones at every other limit.
 *
 * @throws ArgumentError for a value that is none.
 */
export function readLimits(own: Pick<OwnArguments, 'count' | 'optional'>): ReadLimits {
  const given = Object.fromEntries(
    egressLimitNames.map((name) => [name, limitOf(own, name)]),
  ) as Readonly<Record<EgressLimitName, number>>;
  return {
    bounds: {
      ...limits,
      connections: given.connections,
      calls: given.calls,
      callsOfTarget: given.callsOfTarget,
      headerBytes: given.headerBytes,
      headerMilliseconds: given.headerSeconds * SECOND,
      helloMilliseconds: given.helloSeconds * SECOND,
      resolveMilliseconds: given.resolveSeconds * SECOND,
      connectMilliseconds: given.connectSeconds * SECOND,
      idleMilliseconds: given.idleSeconds * SECOND,
      lifetimeMilliseconds: given.lifetimeSeconds * SECOND,
    },
    dns: { ...dnsLimits, queriesPerSecond: given.dnsQueriesPerSecond },
    bytesOfTarget: bytesOf(own),
  };
}

function limitOf(own: Pick<OwnArguments, 'count'>, name: EgressLimitName): number {
  const { standard, most } = egressLimits[name];
  const option = limitOption(name);
  const value = own.count(option) ?? standard;
  if (value >= 1 && value <= most) return value;
  throw new ArgumentError(`got --${option}=${value}, supply a whole number from 1 to ${most}`);
}

function bytesOf(own: Pick<OwnArguments, 'optional'>): BytesOfTarget | undefined {
  const option = limitOption('bytesOfTarget');
  const text = own.optional(option);
  const bytes = text === undefined ? undefined : parseBytesOfTarget(text);
  if (text !== undefined && bytes === undefined) {
    throw new ArgumentError(`got --${option}=${text}, supply BYTES/SECONDS`);
  }
  return bytes;
}

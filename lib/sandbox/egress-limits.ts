import type { Duration, Size } from 'cdk8s';
import {
  egressLimitNames,
  egressLimits,
  formatBytesOfTarget,
  limitArgument,
  type EgressLimitName,
} from '../contract/egress-limits.ts';
import {
  egressLimitsSpec,
  type EgressLimitsSpec,
} from '../contract/kinds/kars-sandbox/egress-limits.ts';
import type { Problem } from '../contract/problem.ts';
import { problem } from '../private/problems.ts';

/** How much of everything the egress proxy of a sandbox serves. Whole numbers from 1, and whole seconds. */
export interface EgressLimits {
  /** Connections of the agent to the proxy at once, up to 8,192. @default 1024 */
  readonly connections?: number;
  /** Connections to hosts at once, up to 8,192. @default 1024 */
  readonly calls?: number;
  /** Connections to one host and port at once, up to 8,192. @default 256 */
  readonly callsOfTarget?: number;
  /**
   * What each entry of the sandbox, each approved host and each learned one may carry in a window, both
   * directions together: then its connections are closed, and it is refused until the window ends.
   *
   * @default any amount
   */
  readonly bytesOfTarget?: {
    /** Bytes of both directions. */
    readonly size: Size;
    /** Begins with the first byte, and anew with the first one after its end; up to 31 days. */
    readonly window: Duration;
  };
  /** Request line and headers of a request, up to 64 KiB. @default 16 KiB */
  readonly headerSize?: Size;
  /** To the end of the headers of a request, up to 5 minutes. @default 10 seconds */
  readonly headerTime?: Duration;
  /** To the end of a ClientHello of TLS, up to 5 minutes. @default 10 seconds */
  readonly helloTime?: Duration;
  /** Resolving the name of a host, up to a minute. @default 5 seconds */
  readonly resolveTime?: Duration;
  /** Connecting to an address of a host, up to 5 minutes. @default 10 seconds */
  readonly connectTime?: Duration;
  /** A connection to a host without a byte, up to a day. @default 5 minutes */
  readonly idleTime?: Duration;
  /** A connection to a host, up to 24 days. @default a day */
  readonly lifetime?: Duration;
  /** DNS queries in a second, up to 10,000. @default 500 */
  readonly dnsQueriesPerSecond?: number;
}

const KIBIBYTE = 1024;

// Whatever is no whole number is refused by the schema, with the others.
const seconds = (duration: Duration): number => duration.toSeconds({ integral: false });

/** As the custom resource carries them. */
export function limitsSpec(limits: EgressLimits): EgressLimitsSpec {
  const { bytesOfTarget: carried } = limits;
  const given: Readonly<Record<EgressLimitName, number | undefined>> = {
    connections: limits.connections,
    calls: limits.calls,
    callsOfTarget: limits.callsOfTarget,
    headerBytes: limits.headerSize && limits.headerSize.toKibibytes() * KIBIBYTE,
    headerSeconds: limits.headerTime && seconds(limits.headerTime),
    helloSeconds: limits.helloTime && seconds(limits.helloTime),
    resolveSeconds: limits.resolveTime && seconds(limits.resolveTime),
    connectSeconds: limits.connectTime && seconds(limits.connectTime),
    idleSeconds: limits.idleTime && seconds(limits.idleTime),
    lifetimeSeconds: limits.lifetime && seconds(limits.lifetime),
    dnsQueriesPerSecond: limits.dnsQueriesPerSecond,
  };
  return {
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(carried && {
      bytesOfTarget: {
        bytes: carried.size.toKibibytes() * KIBIBYTE,
        seconds: seconds(carried.window),
      },
    }),
  };
}

/** Everything that is wrong with limits in themselves, behind `path`. */
export function limitProblems(limits: EgressLimits, path: string): Problem[] {
  const { error } = egressLimitsSpec.safeParse(limitsSpec(limits));
  return (error?.issues ?? []).map((issue) =>
    problem('KARS_EGRESS_LIMIT', [path, ...issue.path].join('.'), issue.message),
  );
}

/** As far as a sandbox may go on a platform that says `loosest`. */
export const limitCeiling = (name: EgressLimitName, loosest: EgressLimitsSpec): number =>
  loosest[name] ?? egressLimits[name].standard;

/** Names of the limits that a sandbox exceeds on a platform, with both values. */
export function exceededLimits(
  asked: EgressLimitsSpec,
  loosest: EgressLimitsSpec,
): { readonly name: string; readonly got: string; readonly allowed: string }[] {
  const exceeded = egressLimitNames.flatMap((name) => {
    const [got = 0, allowed] = [asked[name], limitCeiling(name, loosest)];
    return got > allowed ? [{ name, got: String(got), allowed: String(allowed) }] : [];
  });
  const [bytes, most] = [asked.bytesOfTarget, loosest.bytesOfTarget];
  const isMore =
    bytes !== undefined &&
    most !== undefined &&
    (bytes.bytes > most.bytes || bytes.seconds < most.seconds);
  return [
    ...exceeded,
    ...(isMore
      ? [
          {
            name: 'bytesOfTarget',
            got: formatBytesOfTarget(bytes),
            allowed: formatBytesOfTarget(most),
          },
        ]
      : []),
  ];
}

/** The arguments of the egress proxy: what the sandbox says, else what the platform has instead of the standard. */
export function limitArguments(
  asked: EgressLimitsSpec = {},
  loosest: EgressLimitsSpec = {},
): string[] {
  const carried = asked.bytesOfTarget ?? loosest.bytesOfTarget;
  return [
    ...egressLimitNames.flatMap((name) => {
      const { standard } = egressLimits[name];
      const value = asked[name] ?? Math.min(standard, limitCeiling(name, loosest));
      return value === standard ? [] : [`${limitArgument(name)}${value}`];
    }),
    ...(carried === undefined
      ? []
      : [`${limitArgument('bytesOfTarget')}${formatBytesOfTarget(carried)}`]),
  ];
}

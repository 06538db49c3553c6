import { Duration, Size } from 'cdk8s';
import type { EgressLimits } from 'kars-constructs';

/** Each limit of the egress proxy, other than its default. */
export const everyLimit: EgressLimits = {
  connections: 2,
  calls: 3,
  callsOfTarget: 4,
  bytesOfTarget: { size: Size.mebibytes(5), window: Duration.hours(1) },
  headerSize: Size.kibibytes(6),
  headerTime: Duration.seconds(7),
  helloTime: Duration.seconds(8),
  resolveTime: Duration.seconds(1),
  connectTime: Duration.seconds(9),
  idleTime: Duration.minutes(1),
  lifetime: Duration.hours(2),
  dnsQueriesPerSecond: 10,
};

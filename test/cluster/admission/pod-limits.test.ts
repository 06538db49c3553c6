import { Duration, Size, type Duration as Time } from 'cdk8s';
import type { EgressLimits } from 'kars-constructs';
import { containerOf, podOfSandbox, type WholePod } from './pod.ts';
import { describePodMutants, type PodMutant } from './pod-mutants.ts';
import { everyLimit } from '../../support/egress-limits.ts';

/** Gives the egress proxy these arguments about limits, in place of its own. */
const limited =
  (...given: readonly string[]) =>
  (pod: WholePod): void => {
    const proxy = containerOf(pod, 'egress-proxy');
    const others = (proxy.args ?? []).filter((one) => !one.startsWith('--limit-'));
    proxy.args = [...others, ...given];
  };

const code = 'KARS_PROXY_SHAPE';
const [calls, bytes] = ['--limit-calls=100', '--limit-bytes-of-target=1048576/60'];

const onAnyPlatform: readonly PodMutant[] = [
  ['has more connections than the standard', code, limited('--limit-connections=1025')],
  ['has idle connections for longer', code, limited('--limit-idle-seconds=301')],
  ['has connections for longer', code, limited('--limit-lifetime-seconds=86401')],
  ['says a limit that is no number', code, limited('--limit-calls=many')],
  ['says a limit twice', code, limited('--limit-calls=1', '--limit-calls=1024')],
  ['says a limit that there is none of', code, limited('--limit-all=1')],
  [
    'says a limit to the router',
    'KARS_ROUTER_SHAPE',
    (pod) => void containerOf(pod, 'router').args?.push('--limit-calls=1'),
  ],
];

const onStrictPlatform: readonly PodMutant[] = [
  ['has no limit where the platform has one', code, limited(bytes)],
  ['has a limit above that of the platform', code, limited('--limit-calls=101', bytes)],
  ['has any number of bytes', code, limited(calls)],
  ['has more bytes', code, limited(calls, '--limit-bytes-of-target=1048577/60')],
  ['has a shorter window', code, limited(calls, '--limit-bytes-of-target=1048576/59')],
  ['has bytes of no form', code, limited(calls, '--limit-bytes-of-target=1')],
];

describePodMutants('a pod with limits of its own', onAnyPlatform, {
  podOf: () => podOfSandbox({ egressLimits: everyLimit }),
});

const ofPlatform = (time: Time): EgressLimits => ({
  calls: 100,
  idleTime: time,
  bytesOfTarget: { size: Size.mebibytes(1), window: Duration.minutes(1) },
});

describePodMutants(
  'a pod with limits, on a platform with stricter and looser ones,',
  onStrictPlatform,
  {
    admission: { loosestEgressLimits: ofPlatform(Duration.hours(1)) },
    podOf: () => podOfSandbox({ egressLimits: ofPlatform(Duration.hours(1)) }),
  },
);

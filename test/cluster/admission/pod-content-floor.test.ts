import { containerOf, podOfSandbox, type WholePod } from './pod.ts';
import { describePodMutants, type PodMutant } from './pod-mutants.ts';

/** A router with these floors, whatever it has been given. */
const floors =
  (...texts: readonly string[]) =>
  (pod: WholePod): void => {
    const router = containerOf(pod, 'router');
    const others = (router.args ?? []).filter((one) => !one.startsWith('--content-floor='));
    router.args = [...others, ...texts.map((text) => `--content-floor=${text}`)];
  };

const mutants: readonly PodMutant[] = [
  ['has no floor', 'KARS_ROUTER_SHAPE', floors()],
  ['has a lower one', 'KARS_ROUTER_SHAPE', floors('hate:High')],
  ['has one more', 'KARS_ROUTER_SHAPE', floors('hate:Low', 'hate:High')],
];

describePodMutants('a pod on a platform with a floor of content', mutants, {
  admission: { contentSafety: { hate: 'Low' } },
  podOf: () => {
    const pod = podOfSandbox({});
    floors('hate:Low')(pod);
    return pod;
  },
});

import { AllowlistSigners } from 'kars-constructs';
import { encodeSigners } from 'kars-constructs/contract';
import { newSigner, REPOSITORY, signedEgress } from '../../support/signing.ts';
import { containerOf, podOfSandbox, type WholePod } from './pod.ts';
import { describePodMutants, type PodMutant } from './pod-mutants.ts';

const [author, stranger] = [newSigner(), newSigner()];

const signers = ({ pem }: typeof author): AllowlistSigners => AllowlistSigners.of({ keys: [pem] });

const argument = (of: typeof author): string =>
  `--allowlist-signers=${encodeSigners(signers(of).policy)}`;

const repository = `--allowlist-repository=${REPOSITORY}`;

/** Gives the egress proxy these arguments about signatures, in place of its own. */
const signed =
  (...given: readonly string[]) =>
  (pod: WholePod): void => {
    const proxy = containerOf(pod, 'egress-proxy');
    const others = (proxy.args ?? []).filter((one) => !one.startsWith('--allowlist-'));
    proxy.args = [...others, ...given];
  };

const code = 'KARS_PROXY_SHAPE';

const mutants: readonly PodMutant[] = [
  ['takes a list that nobody signed', code, signed()],
  ['takes the list of a stranger', code, signed(argument(stranger), repository)],
  ['takes that of a stranger too', code, signed(argument(author), argument(stranger), repository)],
  ['takes a list from wherever', code, signed(argument(author))],
  ['says twice where a list is from', code, signed(argument(author), repository, `${repository}2`)],
  [
    'has one signer more',
    code,
    signed(
      `--allowlist-signers=${encodeSigners(AllowlistSigners.of({ keys: [author.pem, stranger.pem] }).policy)}`,
      repository,
    ),
  ],
];

describePodMutants('a pod of a sandbox, on a platform that names who signs,', mutants, {
  admission: { allowlistSigners: [signers(newSigner()), signers(author)] },
  podOf: () => podOfSandbox({ signedEgress: signedEgress(author) }),
});

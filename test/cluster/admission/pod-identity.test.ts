import { withIdentity } from '../../support/sandbox-variants.ts';
import { containerOf, podOfSandbox, volumeOf, type WholePod } from './pod.ts';
import { describePodMutants, type PodMutant } from './pod-mutants.ts';

/** Changes the token of the router. */
const token =
  (change: (token: { audience?: string; expirationSeconds?: number; path: string }) => void) =>
  (pod: WholePod): void => {
    for (const { serviceAccountToken } of volumeOf(pod, 'identity').projected?.sources ?? []) {
      if (serviceAccountToken !== undefined) change(serviceAccountToken);
    }
  };

const shown =
  (container: string) =>
  (pod: WholePod): void =>
    void containerOf(pod, container).volumeMounts?.push({
      name: 'identity',
      mountPath: '/run/kars/identity',
      readOnly: true,
    });

const mutants: readonly PodMutant[] = [
  ['has a token for the API server', 'KARS_POD_VOLUME', token((one) => delete one.audience)],
  [
    'has a token for somebody else',
    'KARS_POD_VOLUME',
    token((one) => (one.audience = 'https://kubernetes.default.svc')),
  ],
  [
    'has a token that counts for a day',
    'KARS_POD_VOLUME',
    token((one) => (one.expirationSeconds = 86_400)),
  ],
  [
    'has a Secret beside the token',
    'KARS_POD_VOLUME',
    (pod) =>
      void volumeOf(pod, 'identity').projected?.sources?.push({ secret: { name: 'kars-signing' } }),
  ],
  ['shows the agent the token', 'KARS_AGENT_MOUNT', shown('agent')],
  ['shows the egress proxy the token', 'KARS_PROXY_SHAPE', shown('egress-proxy')],
  [
    'has the webhook of the cloud give every container one',
    'KARS_POD_METADATA',
    (pod) => (pod.metadata.labels['azure.workload.identity/use'] = 'true'),
  ],
  [
    'asks for tokens elsewhere',
    'KARS_ROUTER_SHAPE',
    (pod) =>
      void containerOf(pod, 'router').args?.push(
        '--token-endpoint=login.microsoftonline.com=http://10.0.0.1',
      ),
  ],
];

describePodMutants('a pod of a sandbox whose provider has an identity', mutants, {
  podOf: () => podOfSandbox({ inferencePolicy: withIdentity() }),
});

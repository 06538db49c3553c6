import { volumeOf, type WholePod } from './pod.ts';
import { describePodMutants, type PodMutant } from './pod-mutants.ts';

const withVolume =
  (volume: object) =>
  (pod: WholePod): void =>
    void pod.spec.volumes.push({ name: 'extra', ...volume });

const mutants: readonly PodMutant[] = [
  [
    'has a path of the node',
    'KARS_POD_VOLUME',
    withVolume({ hostPath: { path: '/var/run/containerd' } }),
  ],
  [
    'has a path of the node under the name of another',
    'KARS_POD_VOLUME',
    (pod) => {
      const volume = volumeOf(pod, 'tmp');
      delete volume.emptyDir;
      volume.hostPath = { path: '/' };
    },
  ],
  [
    'projects a token',
    'KARS_POD_VOLUME',
    withVolume({ projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } }),
  ],
  [
    'projects a token into the documents',
    'KARS_POD_VOLUME',
    (pod) =>
      void volumeOf(pod, 'documents').projected?.sources?.push({
        serviceAccountToken: { path: 'token' },
      }),
  ],
  [
    'takes documents from another ConfigMap',
    'KARS_POD_VOLUME',
    (pod) =>
      void volumeOf(pod, 'documents').projected?.sources?.push({ configMap: { name: 'mine' } }),
  ],
  [
    'takes packet rules from another ConfigMap',
    'KARS_POD_VOLUME',
    (pod) => (volumeOf(pod, 'hardening').configMap = { name: 'mine' }),
  ],
  [
    'has a share of the network',
    'KARS_POD_VOLUME',
    withVolume({ nfs: { server: 'a', path: '/' } }),
  ],
  ['has a driver', 'KARS_POD_VOLUME', withVolume({ csi: { driver: 'secrets-store.csi.k8s.io' } })],
  ['tells of itself', 'KARS_POD_VOLUME', withVolume({ downwardAPI: { items: [] } })],
  [
    'has a claim made for it',
    'KARS_POD_VOLUME',
    withVolume({
      ephemeral: {
        volumeClaimTemplate: {
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
        },
      },
    }),
  ],
  ['has an unbounded directory', 'KARS_POD_VOLUME', (pod) => (volumeOf(pod, 'tmp').emptyDir = {})],
  [
    'has the state as workspace',
    'KARS_POD_VOLUME',
    (pod) => {
      const volume = volumeOf(pod, 'workspace');
      delete volume.emptyDir;
      volume.persistentVolumeClaim = { claimName: 'kars-state' };
    },
  ],
  [
    'keeps state in a claim of others',
    'KARS_POD_VOLUME',
    (pod) => (volumeOf(pod, 'state').persistentVolumeClaim = { claimName: 'shared' }),
  ],
  [
    'gives the agent a Secret of the platform as a file',
    'KARS_POD_VOLUME',
    (pod) =>
      void pod.spec.volumes.push({
        name: 'secrets',
        projected: { sources: [{ secret: { name: 'kars-signing' } }] },
      }),
  ],
];

describePodMutants('a pod of a sandbox, by its volumes,', mutants);

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../client.ts';
import { NODE_NAME, paths } from './paths.ts';

const CLASS = 'local';
const COUNT = 24;

/** Volumes on this machine that claims are bound to, each a directory of its own. */
export async function addVolumes(admin: Client): Promise<void> {
  const storageClass = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: CLASS,
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  };
  const objects = [storageClass, ...Array.from({ length: COUNT }, (_, index) => volume(index))];
  const answers = await Promise.all(
    objects.map(
      (object) =>
      admin.call('POST', `/${object.kind === 'StorageClass' ? 'apis/storage.k8s.io/v1/storageclasses' : 'api/v1/persistentvolumes'}`, object), // prettier-ignore
    ),
  );
  for (const { ok, message } of answers) if (!ok) throw new Error(`[KARS_NODE_VOLUME] ${message}`);
}

function volume(index: number) {
  const path = join(paths.volumes, String(index));
  mkdirSync(path, { recursive: true });
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `local-${index}` },
    spec: {
      capacity: { storage: '4Gi' },
      accessModes: ['ReadWriteOncePod'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: CLASS,
      // Not a hostPath: the kubelet changes the group of local volumes alone.
      local: { path },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            {
              matchExpressions: [
                { key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] },
              ],
            },
          ],
        },
      },
    },
  };
}

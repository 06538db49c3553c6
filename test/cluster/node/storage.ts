import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../client.ts';
import { NODE_NAME, paths } from './paths.ts';

/** Storage class of the volumes of every node. */
export const CLASS = 'local';
const COUNT = 24;

/** Where the API server has the volumes. */
export const VOLUMES = '/api/v1/persistentvolumes';

/** Volumes on this machine that claims are bound to, each a directory of its own. */
export async function addVolumes(admin: Client): Promise<void> {
  await make(admin, '/apis/storage.k8s.io/v1/storageclasses', {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: CLASS,
      annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
    },
    provisioner: 'kubernetes.io/no-provisioner',
    volumeBindingMode: 'WaitForFirstConsumer',
  });
  const names = Array.from({ length: COUNT }, (_, index) => `local-${index}`);
  await Promise.all(names.map((name) => addVolume(admin, name)));
}

/** One empty volume. */
export async function addVolume(admin: Client, name: string): Promise<void> {
  const path = join(paths.volumes, name);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(path, { recursive: true });
  await make(admin, VOLUMES, {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
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
  });
}

async function make(admin: Client, path: string, object: object): Promise<void> {
  const { ok, message } = await admin.call('POST', path, object);
  if (!ok) throw new Error(`[KARS_NODE_VOLUME] ${message}`);
}

import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '../client.ts';
import { NODE_NAME, paths } from '../node/paths.ts';

/** Storage class of a volume that has no space. */
export const FULL = 'full';

/** Storage class of a volume that cannot be written. */
export const READ_ONLY = 'read-only';

/** Makes one volume of each of the classes. The sweep of the node unmounts them. */
export async function addBadVolumes(admin: Client): Promise<void> {
  await addVolume(admin, FULL, 'size=16k');
  await addVolume(admin, READ_ONLY, 'ro');
}

async function addVolume(admin: Client, name: string, options: string): Promise<void> {
  const path = join(paths.volumes, name);
  mkdirSync(path, { recursive: true });
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', path], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`mount ${path}: ${stderr}`);
  const { ok, message } = await admin.call('POST', '/api/v1/persistentvolumes', {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name },
    spec: {
      capacity: { storage: '4Gi' },
      accessModes: ['ReadWriteOncePod'],
      storageClassName: name,
      local: { path },
      nodeAffinity: {
        required: {
          nodeSelectorTerms: [
            { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [NODE_NAME] }] }, // prettier-ignore
          ],
        },
      },
    },
  });
  if (!ok) throw new Error(message);
}

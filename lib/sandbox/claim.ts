import type { PersistentVolumeClaim } from 'kubernetes-types/core/v1.js';
import { sandboxLabels, sandboxNamespace } from './names.ts';

/** A claim for a volume of the one pod of a sandbox. */
export function claim(
  sandbox: string,
  name: string,
  size: string,
  storageClassName: string | undefined,
  accessMode: 'ReadWriteOncePod' | 'ReadWriteOnce' = 'ReadWriteOncePod',
): PersistentVolumeClaim {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: sandboxNamespace(sandbox), labels: sandboxLabels(sandbox) },
    spec: {
      accessModes: [accessMode],
      ...(storageClassName === undefined ? {} : { storageClassName }),
      resources: { requests: { storage: size } },
    },
  };
}

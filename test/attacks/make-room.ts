import type { Client } from '../cluster/client.ts';
import { podsIn } from '../cluster/node/pods.ts';

/** Ends what runs in a namespace at once: requests for CPU are few on a small machine. */
export async function makeRoom(admin: Client, namespace: string): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}`;
  const pods = await podsIn(admin, namespace);
  await admin.call('DELETE', path);
  for (const { metadata } of pods) {
    await admin.call('DELETE', `${path}/pods/${metadata?.name ?? ''}?gracePeriodSeconds=0`);
  }
}

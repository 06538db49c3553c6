import { customResourceDefinition, kinds } from 'kars-constructs/contract';
import type { ApplicableObject, Client } from './client.ts';
import { startCluster, type Cluster } from './cluster.ts';

/** A cluster that serves the nine kinds. */
export async function startClusterWithCrds(): Promise<Cluster> {
  const cluster = await startCluster();
  try {
    await serveKinds(cluster.admin);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** Makes an API server serve the nine kinds. */
export async function serveKinds(admin: Client): Promise<void> {
  for (const definition of kinds) {
    const crd = customResourceDefinition(definition) as unknown as ApplicableObject;
    const { ok, message } = await admin.apply(crd);
    if (!ok) throw new Error(`${definition.kind}: ${message}`);
  }
  for (const { plural } of kinds) await served(admin, plural);
}

async function served(admin: Client, plural: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { ok } = await admin.call('GET', `/apis/kars.azure.com/v1alpha1/${plural}`);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the API server does not serve ${plural} after ten seconds`);
}

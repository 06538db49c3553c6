import { customResourceDefinition, kinds } from 'kars-constructs/contract';
import type { ApplicableObject } from './client.ts';
import { startCluster, type Cluster } from './cluster.ts';

/** A cluster that serves the nine kinds. */
export async function startClusterWithCrds(): Promise<Cluster> {
  const cluster = await startCluster();
  try {
    for (const definition of kinds) {
      const crd = customResourceDefinition(definition) as unknown as ApplicableObject;
      const { ok, message } = await cluster.admin.apply(crd);
      if (!ok) throw new Error(`${definition.kind}: ${message}`);
    }
    for (const { plural } of kinds) await served(cluster, plural);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function served({ admin }: Cluster, plural: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { ok } = await admin.call('GET', `/apis/kars.azure.com/v1alpha1/${plural}`);
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the API server does not serve ${plural} after ten seconds`);
}

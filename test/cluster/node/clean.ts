import type { Namespace, PersistentVolume, Pod } from 'kubernetes-types/core/v1.js';
import type { Client } from '../client.ts';
import { addVolume, CLASS, VOLUMES } from './storage.ts';

/** Namespaces that a cluster is never without. */
const KEPT = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** What tests make outside of namespaces, and a later test file must not meet. */
const CLUSTER_WIDE = [
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
  '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies',
  '/apis/node.k8s.io/v1/runtimeclasses',
];

/** Takes away what a test file has made on a node: pods, namespaces, claims, policies of the cluster. */
export async function clean(admin: Client): Promise<void> {
  for (const path of CLUSTER_WIDE) await must(admin, path);
  const namespaces = await namesOf(admin, '/api/v1/namespaces');
  const made = namespaces.filter((name) => !KEPT.includes(name));
  for (const name of made) await must(admin, `/api/v1/namespaces/${name}`);
  await endPods(admin);
  await until('the namespaces of the last test file are gone', async () => {
    const left = await namesOf(admin, '/api/v1/namespaces');
    return made.every((name) => !left.includes(name));
  });
  await renewVolumes(admin);
}

/** Programs that ignore the end of their pod would hold it up for half a minute. */
async function endPods(admin: Client): Promise<void> {
  const pods = await itemsOf<Pod>(admin, '/api/v1/pods');
  for (const { metadata } of pods) {
    const path = `/api/v1/namespaces/${metadata?.namespace ?? ''}/pods/${metadata?.name ?? ''}`;
    await must(admin, `${path}?gracePeriodSeconds=0`);
  }
}

/** A volume that was claimed once is never bound again. */
async function renewVolumes(admin: Client): Promise<void> {
  const volumes = await itemsOf<PersistentVolume>(admin, VOLUMES);
  const used = volumes.filter(({ status }) => status?.phase !== 'Available');
  for (const { metadata } of used) await must(admin, `${VOLUMES}/${metadata?.name ?? ''}`);
  await until('the volumes of the last test file are gone', async () => {
    const left = await namesOf(admin, VOLUMES);
    return used.every(({ metadata }) => !left.includes(metadata?.name ?? ''));
  });
  // Volumes of another class are those of the test.
  const renewed = used.filter(({ spec }) => spec?.storageClassName === CLASS);
  for (const { metadata } of renewed) await addVolume(admin, metadata?.name ?? '');
}

async function must(admin: Client, path: string): Promise<void> {
  const { ok, status, message } = await admin.call('DELETE', path);
  if (!ok && status !== 404) throw new Error(`[KARS_NODE_CLEAN] ${path}: ${message}`);
}

async function itemsOf<T>(admin: Client, path: string): Promise<T[]> {
  const { body } = await admin.call('GET', path);
  return (body as { items?: T[] }).items ?? [];
}

const namesOf = async (admin: Client, path: string): Promise<string[]> =>
  (await itemsOf<Namespace>(admin, path)).map(({ metadata }) => metadata?.name ?? '');

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`[KARS_NODE_CLEAN] after a minute not: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

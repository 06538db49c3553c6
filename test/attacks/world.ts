import type { Pod } from 'kubernetes-types/core/v1.js';
import type { ApplicableObject, Client } from '../cluster/client.ts';
import { applyAll, isReady, waitForPod } from '../cluster/node/pods.ts';
import { neighbourPod } from '../cluster/sandbox/agents.ts';

/** What attempts try to reach. */
export interface World {
  readonly v4: string;
  /** `''` in a cluster without IPv6. */
  readonly v6: string;
  readonly port: number;
  /** Address of a server on port 53. */
  readonly dns: string;
}

/** Where the neighbours of a sandbox run, and what of. */
export interface Neighbourhood {
  readonly namespace: string;
  readonly image: string;
  readonly python: string;
}

const PORT = 7000;
const DNS_PORT = 53;

/** Starts a neighbour of the sandbox, and one that answers where name servers do. */
export async function makeWorld(admin: Client, where: Neighbourhood): Promise<World> {
  const { namespace } = where;
  const named = (name: string, port: number): ApplicableObject => {
    const { metadata, spec, ...rest } = neighbourPod(port, where);
    // Ports below 1024 are for root.
    const more = { spec: { ...spec, securityContext: { runAsUser: 0 } } };
    return { ...rest, metadata: { ...metadata, name, namespace }, ...more };
  };
  await applyAll(admin, [named('neighbour', PORT), named('dns', DNS_PORT)]);
  const addressesOf = async (name: string): Promise<readonly string[]> => {
    const is = (pod: Pod): boolean => pod.metadata?.name === name && isReady(pod);
    const pod = await waitForPod(admin, namespace, is, 120);
    return (pod.status?.podIPs ?? []).map(({ ip }) => ip ?? '');
  };
  const family = (all: readonly string[], isV6: boolean): string =>
    all.find((address) => address.includes(':') === isV6) ?? '';
  const neighbour = await addressesOf('neighbour');
  const dns = family(await addressesOf('dns'), false);
  return { v4: family(neighbour, false), v6: family(neighbour, true), port: PORT, dns };
}

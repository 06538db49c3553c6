import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1.js';
import { cacheRoot } from '../../../scripts/cache.ts';

/** Go module of the program that asks cyclonus, with the version that it is pinned to. */
export const ENGINE_MODULE = fileURLToPath(new URL('./engine', import.meta.url));

/** The built program; another one for each state of the module. */
export function enginePath(): string {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) {
    hash.update(readFileSync(join(ENGINE_MODULE, file)));
  }
  return join(cacheRoot(), `network-${hash.digest('hex').slice(0, 16)}`, 'engine');
}

/** One end of a connection, with one of its addresses. */
export interface Peer {
  readonly ip: string;
  /** Absent for what is no pod. */
  readonly pod?: {
    readonly namespace: string;
    readonly namespaceLabels: Readonly<Record<string, string>>;
    readonly labels: Readonly<Record<string, string>>;
  };
}

/** The first packet of a connection between two peers, by their places in a list. */
export interface Packet {
  readonly from: number;
  readonly to: number;
  readonly protocol: string;
  readonly port: number;
}

/** Which of the packets the policies let through, as cyclonus says. */
export function passes(
  policies: readonly NetworkPolicy[],
  peers: readonly Peer[],
  packets: readonly Packet[],
): boolean[] {
  const input = JSON.stringify({
    policies,
    peers: peers.map(({ ip, pod }) => ({
      IP: ip,
      Internal: pod && {
        Namespace: pod.namespace,
        NamespaceLabels: pod.namespaceLabels,
        PodLabels: pod.labels,
      },
    })),
    packets,
  });
  const { status, stdout, stderr } = spawnSync(enginePath(), {
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(`the engine ended with ${status ?? 'a signal'}: ${stderr}`);
  return JSON.parse(stdout) as boolean[];
}

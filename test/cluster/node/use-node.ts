import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { afterAll, beforeAll } from 'vitest';
import { KarsImages } from 'kars-constructs';
import type { ApplicableObject, Client } from '../client.ts';
import { serveKinds } from '../with-crds.ts';
import { clean } from './clean.ts';
import type { IpFamily } from './containerd.ts';
import type { Finished } from './ctr.ts';
import { execIn } from './exec.ts';
import { forwardTo, type Forward } from './forward.ts';
import { runningNode, startNode, type Node } from './node.ts';
import { applyAll, logsOf, waitForPod } from './pods.ts';
import { writeSandboxImages } from './test-images.ts';

/** The node that a test file uses, from its first hook to its last. */
export interface UsedNode {
  readonly node: Node;
  readonly admin: Client;
  /** The images of this checkout, for the sandboxes on this node. */
  readonly images: KarsImages;
  /** Applies the objects of a chart. */
  readonly apply: (objects: readonly ApplicableObject[]) => Promise<void>;
  /** Waits for a pod of a namespace; a failure says what `kubectl describe` would show. */
  readonly pod: (
    namespace: string,
    accepts: (pod: Pod) => boolean,
    seconds?: number,
  ) => Promise<Pod>;
  readonly exec: (pod: Pod, container: string, command: readonly string[]) => Promise<Finished>;
  readonly logs: (pod: Pod, container: string) => Promise<string>;
  /** Reaches a port on the loopback of a pod through one of this machine. */
  readonly forward: (pod: Pod, port: number) => Promise<Forward>;
}

/**
 * A node with the kinds and the images of a sandbox, for all tests of a file. The first file starts
 * it, each file finds it without pods and namespaces, and the end of the run takes it away.
 */
export function useNode({ ipFamily = 'dual' }: { readonly ipFamily?: IpFamily } = {}): UsedNode {
  let used: Node | undefined;
  const node = (): Node => {
    if (used === undefined) throw new Error('there is no node before the first hook has run');
    return used;
  };
  beforeAll(async () => {
    used = await takeNode(ipFamily);
  }, 240_000);
  afterAll(async () => {
    if (used !== undefined) await clean(used.admin);
  });
  return {
    get node() {
      return node();
    },
    get admin() {
      return node().admin;
    },
    get images() {
      node();
      return sidecars;
    },
    apply: (objects) => applyAll(node().admin, objects),
    pod: (namespace, accepts, seconds) => waitForPod(node().admin, namespace, accepts, seconds),
    exec: (pod, container, command) => execIn(node().admin, pod, container, command),
    logs: (pod, container) => logsOf(node().admin, pod, container),
    forward: (pod, port) => forwardTo(node().admin, pod, port),
  };
}

let sidecars = KarsImages.local();

/** The images on the running node, which all test files of a run share. */
export const nodeImages = (): KarsImages => sidecars;

/** The node of this process; starts one, with all images, where there is none of this kind. */
export async function takeNode(ipFamily: IpFamily): Promise<Node> {
  const running = runningNode();
  if (running?.ipFamily === ipFamily) return running;
  const directory = mkdtempSync(join(tmpdir(), 'kars-images-'));
  try {
    const { archive, images } = await writeSandboxImages(directory);
    sidecars = images;
    const started = performance.now();
    const node = await startNode({ images: [archive], ipFamily });
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    process.stdout.write(`the node was ready, with all images, after ${seconds} s (goal: 30 s)\n`);
    await serveKinds(node.admin);
    return node;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

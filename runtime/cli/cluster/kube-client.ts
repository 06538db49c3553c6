import { CoreV1Api, KubeConfig, type V1Pod } from '@kubernetes/client-node';
import type { Pod } from 'kubernetes-types/core/v1.js';
import { labels, podLabels } from 'kars-constructs/contract';
import { CommandError } from '../exit-codes.ts';

/** What `kars status` reads of a cluster: `get` and `list` of `pods`, and `get` of `pods/log`. */
export interface PodReader {
  /** The pods of a sandbox, the newest first. */
  readonly pods: (namespace: string, sandbox: string) => Promise<Pod[]>;
  /** The end of the log of a container, `''` when there is none. */
  readonly log: (
    pod: Pod,
    container: string,
    part: { readonly tailLines: number } | { readonly sinceSeconds: number },
  ) => Promise<string>;
}

/** A sandbox, and the namespace of its pod. */
export interface SandboxPlace {
  readonly namespace: string;
  readonly sandbox: string;
}

/** What `kars status` of all sandboxes reads besides: `list` of `namespaces`. */
export interface SandboxReader extends PodReader {
  /** Every sandbox of the cluster, by namespace. */
  readonly sandboxes: () => Promise<SandboxPlace[]>;
}

/** Where the cluster is and who asks. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
}

/** What the client falls back to, and then refuses for another reason. */
const WITHOUT_KUBECONFIG = 'http://localhost:8080';

const BYTES = 4 * 1024 * 1024;

/**
 * The cluster that the user's kubeconfig names, as kubectl would take it.
 *
 * @throws CommandError when there is none.
 */
export function loadConfig({ kubeconfig, context }: ClusterOptions): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
    if (context !== undefined) config.setCurrentContext(context);
  } catch (error) {
    throw unreachable(error);
  }
  if (config.getCurrentCluster() === null) {
    throw new CommandError('internal', 'got a kubeconfig without this context, supply --context');
  }
  if (config.getCurrentCluster()?.server === WITHOUT_KUBECONFIG) {
    const text =
      'got no kubeconfig, neither in KUBECONFIG nor in ~/.kube/config; supply --kubeconfig';
    throw new CommandError('internal', text);
  }
  return config;
}

/**
 * Reads pods and logs of a cluster.
 *
 * @throws CommandError when there is none.
 */
export function connect(options: ClusterOptions): SandboxReader {
  const config = loadConfig(options);
  const api = config.makeApiClient(CoreV1Api);
  return {
    sandboxes: async () => {
      const labelSelector = `${labels.role}=sandbox`;
      const { items } = await asked(api.listNamespace({ labelSelector }));
      return items
        .map(({ metadata }) => {
          const namespace = metadata?.name ?? '';
          return { namespace, sandbox: metadata?.labels?.[labels.sandbox] ?? namespace };
        })
        .sort((a, b) => (a.namespace < b.namespace ? -1 : 1));
    },
    pods: async (namespace, sandbox) => {
      const wanted = Object.entries(podLabels(sandbox));
      const labelSelector = wanted.map(([key, value]) => `${key}=${value}`).join(',');
      const { items } = await asked(api.listNamespacedPod({ namespace, labelSelector }));
      // The same objects, but that the client makes dates of times, which nobody reads further on.
      return items.sort((a, b) => created(b) - created(a)) as unknown as Pod[];
    },
    log: async ({ metadata }, container, part) => {
      const [name, namespace] = [metadata?.name ?? '', metadata?.namespace ?? ''];
      const request = { name, namespace, container, limitBytes: BYTES, ...part };
      try {
        return await api.readNamespacedPodLog(request);
      } catch (error) {
        // A container that has not started has no log.
        if (isStatus(error, 400)) return '';
        throw unreachable(error);
      }
    },
  };
}

const created = ({ metadata }: V1Pod): number => metadata?.creationTimestamp?.getTime() ?? 0;

/** The answer of a cluster, or why it cannot be had. */
export async function asked<T>(answer: Promise<T>, what?: string): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw unreachable(error, what);
  }
}

/** Whether a call was answered with this status. */
export const isStatus = (error: unknown, status: number): boolean =>
  error instanceof Error && 'code' in error && error.code === status;

/** The first line says what is wrong; a client's errors go on with whole answers. */
export function unreachable(error: unknown, what = 'the cluster cannot be read'): CommandError {
  const body = error instanceof Error && 'body' in error ? String(error.body) : '';
  const told = /"message":"((?:[^"\\]|\\.)*)"/.exec(body)?.[1];
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text = told ?? (cause instanceof Error ? cause.message : String(cause));
  return new CommandError('internal', `${what}: ${text.split('\n')[0] ?? ''}`);
}

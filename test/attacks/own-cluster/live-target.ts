import type { Pod } from 'kubernetes-types/core/v1.js';
import { API_VERSION, podLabels, sandboxNamespace } from 'kars-constructs/contract';
import { CommandError } from '../../../runtime/cli/exit-codes.ts';
import type { ApplicableObject, Client } from '../../cluster/client.ts';
import { madeAnew } from '../as-user.ts';
import type { Target } from '../attack.ts';

interface Read {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace: string;
    readonly labels?: object;
  };
  readonly spec: Readonly<Record<string, unknown>>;
}

/** A sandbox of a cluster that is in use. Every request to it is a dry run. */
export async function liveTarget(client: Client, sandbox: string): Promise<Target> {
  const namespace = sandboxNamespace(sandbox);
  const get = async <T>(path: string): Promise<T> => {
    const { ok, body, message } = await client.call('GET', path);
    if (!ok) throw new CommandError('internal', `${path}: ${message}`);
    return body as T;
  };
  const selector = Object.entries(podLabels(sandbox))
    .map(([key, value]) => `${key}=${value}`)
    .join(',');
  const { items } = await get<{ items: Pod[] }>(
    `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`,
  );
  const [pod] = items;
  if (pod === undefined) {
    throw new CommandError(
      'usage',
      `${namespace} has no pod of a sandbox ${sandbox}; name one that runs`,
    );
  }
  const kars = `/apis/${API_VERSION}`;
  const { items: sandboxes } = await get<{ items: Read[] }>(`${kars}/karssandboxes`);
  const resource = sandboxes.find(({ metadata }) => metadata.name === sandbox);
  if (resource === undefined) throw new CommandError('usage', `there is no KarsSandbox ${sandbox}`);
  const { name } = resource.spec['inferenceRef'] as { name: string };
  const read = [
    resource,
    await get<Read>(`${kars}/namespaces/${resource.metadata.namespace}/inferencepolicies/${name}`),
    await get<Read>(`/apis/apps/v1/namespaces/${namespace}/deployments/${sandbox}`),
  ].map(asWritten);
  const objects = [...read, madeAnew(pod)];
  return {
    client,
    tries: (object) => client.apply(object, { dryRun: true }),
    objectOf: (kind) => {
      const object = objects.find((each) => each.kind === kind);
      if (object === undefined) throw new Error(`there is no ${kind}`);
      return object;
    },
    namespace,
    pod: pod.metadata?.name ?? '',
  };
}

/** An object as somebody would write it, without what the cluster adds. */
function asWritten({ apiVersion, kind, metadata, spec }: Read): ApplicableObject {
  const { name, namespace, labels = {} } = metadata;
  return { apiVersion, kind, metadata: { name, namespace, ...{ labels } }, ...{ spec } };
}

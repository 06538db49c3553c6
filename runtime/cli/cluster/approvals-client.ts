import {
  CoreV1Api,
  CustomObjectsApi,
  PatchStrategy,
  setHeaderOptions,
  type KubeConfig,
} from '@kubernetes/client-node';
import {
  annotations,
  egressApproval,
  GROUP,
  podLabels,
  runtimeSet,
  VERSION,
  type CustomResource,
  type EgressApprovalSpec,
} from 'kars-constructs/contract';
import { CommandError } from '../exit-codes.ts';
import { asked, isStatus, unreachable } from './kube-client.ts';

/** The ConfigMap of approvals, and what time the API server said it was. */
export interface GrantedApprovals {
  readonly data: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly serverTime: Date;
}

/** What `kars egress` writes and reads of approvals. */
export interface ApprovalsClient {
  readonly read: (namespace: string) => Promise<GrantedApprovals>;
  /** Changes keys of the ConfigMap; null takes one away. */
  readonly write: (
    namespace: string,
    data: Readonly<Record<string, string | null>>,
  ) => Promise<void>;
  /** Has the kubelet look at the volumes of the pods of a sandbox. */
  readonly refresh: (namespace: string, sandbox: string, text: string) => Promise<void>;
  readonly create: (approval: CustomResource<EgressApprovalSpec>) => Promise<void>;
  /** Does nothing where there is none. */
  readonly remove: (namespace: string, name: string) => Promise<void>;
}

const WRITING = 'the cluster does not take it';

const merge = () => setHeaderOptions('Content-Type', PatchStrategy.MergePatch);

/** Writes approvals with the rights of the user. */
export function approvalsClient(config: KubeConfig): ApprovalsClient {
  const core = config.makeApiClient(CoreV1Api);
  const custom = config.makeApiClient(CustomObjectsApi);
  const resource = { group: GROUP, version: VERSION, plural: egressApproval.plural };
  const name = runtimeSet.granted;
  return {
    read: async (namespace) => {
      try {
        const answer = await core.readNamespacedConfigMapWithHttpInfo({ name, namespace });
        const serverTime = new Date(answer.headers['date'] ?? '');
        const { data = {}, metadata } = answer.data;
        return { data, annotations: metadata?.annotations ?? {}, serverTime };
      } catch (error) {
        throw isStatus(error, 404) ? noApprovals(namespace) : unreachable(error);
      }
    },
    write: async (namespace, data) => {
      await asked(
        core.patchNamespacedConfigMap({ name, namespace, body: { data } }, merge()),
        WRITING,
      );
    },
    refresh: async (namespace, sandbox, text) => {
      const labelSelector = Object.entries(podLabels(sandbox))
        .map(([key, value]) => `${key}=${value}`)
        .join(',');
      const { items } = await asked(core.listNamespacedPod({ namespace, labelSelector }));
      const body = { metadata: { annotations: { [annotations.refresh]: text } } };
      for (const { metadata } of items) {
        const pod = metadata?.name ?? '';
        await asked(core.patchNamespacedPod({ name: pod, namespace, body }, merge()), WRITING);
      }
    },
    create: async (body) => {
      const { namespace = '' } = body.metadata;
      await asked(custom.createNamespacedCustomObject({ ...resource, namespace, body }), WRITING);
    },
    remove: async (namespace, approval) => {
      try {
        await custom.deleteNamespacedCustomObject({ ...resource, namespace, name: approval });
      } catch (error) {
        if (!isStatus(error, 404)) throw unreachable(error);
      }
    },
  };
}

const noApprovals = (namespace: string): CommandError =>
  new CommandError(
    'internal',
    `there is no ConfigMap ${namespace}/${runtimeSet.granted}; deploy the sandbox with this release first`,
  );

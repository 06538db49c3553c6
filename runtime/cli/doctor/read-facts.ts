import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { KubeConfig } from '@kubernetes/client-node';
import { GROUP, VERSION } from 'kars-constructs/contract';
import { unreachable } from '../cluster/kube-client.ts';
import type { Fact, Facts, SeenNode } from './facts.ts';

const TIMEOUT = 15_000;

interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Reads with the rights that the user has; what he may not read is told in the facts. */
export async function readFacts(config: KubeConfig): Promise<Facts> {
  const get = await reader(config);
  const list = async <T>(path: string): Promise<Fact<readonly T[]>> => {
    const answer = await get(path);
    return answer.status === 200
      ? { value: (JSON.parse(answer.body) as { items: T[] }).items }
      : refused(path, answer);
  };
  const version = await get('/version');
  const admission = '/apis/admissionregistration.k8s.io/v1';
  const rbac = '/apis/rbac.authorization.k8s.io/v1';
  const nodes = await list<SeenNode>('/api/v1/nodes');
  return {
    version:
      version.status === 200
        ? { value: (JSON.parse(version.body) as { gitVersion: string }).gitVersion }
        : refused('/version', version),
    nodes,
    definitions: await list('/apis/apiextensions.k8s.io/v1/customresourcedefinitions'),
    policies: await list(`${admission}/validatingadmissionpolicies`),
    bindings: await list(`${admission}/validatingadmissionpolicybindings`),
    clusterRoles: await list(`${rbac}/clusterroles`),
    clusterRoleBindings: await list(`${rbac}/clusterrolebindings`),
    namespaces: await list('/api/v1/namespaces'),
    runtimeClasses: await list('/apis/node.k8s.io/v1/runtimeclasses'),
    sandboxes: await list(`/apis/${GROUP}/${VERSION}/karssandboxes`),
    daemonSets: await list('/apis/apps/v1/daemonsets'),
    pidLimits: await readPidLimits(nodes, get),
  };
}

async function readPidLimits(
  nodes: Fact<readonly SeenNode[]>,
  get: (path: string) => Promise<Answer>,
): Promise<Facts['pidLimits']> {
  if ('unreadable' in nodes) return nodes;
  const limits = new Map<string, number>();
  for (const { metadata } of nodes.value) {
    const path = `/api/v1/nodes/${metadata?.name ?? ''}/proxy/configz`;
    const answer = await get(path);
    if (answer.status !== 200) return refused(path, answer);
    const { kubeletconfig } = JSON.parse(answer.body) as {
      kubeletconfig: { podPidsLimit?: number };
    };
    limits.set(metadata?.name ?? '', kubeletconfig.podPidsLimit ?? -1);
  }
  return { value: limits };
}

const refused = (path: string, { status }: Answer): { readonly unreadable: string } => ({
  unreadable:
    status === 403 ? `no right to get ${path}` : `GET ${path} was answered with ${status}`,
});

/** Makes calls as the kubeconfig says; one that gets no answer at all ends the command. */
async function reader(config: KubeConfig): Promise<(path: string) => Promise<Answer>> {
  const options = {};
  await config.applyToHTTPSOptions(options);
  const server = new URL(config.getCurrentCluster()?.server ?? '');
  return (path) =>
    new Promise<Answer>((resolve, reject) => {
      const call = request(
        new URL(`${server.pathname.replace(/\/$/, '')}${path}`, server),
        { ...options, timeout: TIMEOUT },
        (answer) => {
          text(answer).then(
            (body) => resolve({ status: answer.statusCode ?? 0, body }),
            (error: unknown) => reject(unreachable(error)),
          );
        },
      );
      call.on('timeout', () => call.destroy(new Error('the API server does not answer')));
      call.on('error', (error) => reject(unreachable(error)));
      call.end();
    });
}

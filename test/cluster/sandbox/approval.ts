import type { Pod } from 'kubernetes-types/core/v1.js';
import { AgentRuntime, KarsPlatform, Subject } from 'kars-constructs';
import { NODE_NAMESPACE } from 'kars-constructs/contract';
import { synthesize } from 'kars-constructs/testing';
import { kars, type CommandResult } from '../../support/kars.ts';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import { policiesInForce } from '../admission/policies.ts';
import type { ApplicableObject } from '../client.ts';
import { writeKubeconfig } from '../node/kubeconfig.ts';
import { applyAll } from '../node/pods.ts';
import { AGENT_IMAGE } from '../node/test-images.ts';
import type { UsedNode } from '../node/use-node.ts';
import { script, smallResources } from './agents.ts';

const DEPLOYERS = 'kars:deployers';

/** Who approves; nobody else has a right by RBAC for it but the deployers. */
const OPERATOR = { name: 'ada', namespace: 'default' };

/** The platform with an operator, and a sandbox whose agent asks for a host that its entries do not name. */
export async function deployReader(node: UsedNode): Promise<void> {
  const { objects } = synthesize((scope) => {
    const chart = agentsChart(scope, 'chart', node.images);
    new KarsPlatform(chart, 'platform', {
      images: node.images,
      installSeccompProfile: false,
      admission: {
        deployers: [Subject.group(DEPLOYERS)],
        operators: [Subject.serviceAccount(OPERATOR.namespace, OPERATOR.name)],
        agentRegistries: ['localhost'],
      },
    });
    const agent = AgentRuntime.container({
      image: AGENT_IMAGE,
      command: ['/usr/bin/python3', '-c', script('approved.py')],
    });
    return sandboxIn(chart, { agent, resources: smallResources });
  });
  const isDefinition = ({ kind }: ApplicableObject): boolean => kind === 'CustomResourceDefinition';
  const ofSandbox = ({ metadata: { namespace = '' } }: ApplicableObject): boolean =>
    ['agents', 'kars-reader'].includes(namespace);
  const namespaces = ['agents', NODE_NAMESPACE].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  const rest = objects.filter((object) => !isDefinition(object));
  const isReaders = (object: ApplicableObject): boolean =>
    ofSandbox(object) || object.metadata.name === 'kars-reader';
  await applyAll(node.admin, [
    ...namespaces,
    everythingForDeployers,
    ...rest.filter((object) => !isReaders(object)),
  ]);
  await policiesInForce(node.admin);
  await applyAll(node.admin.as('deployer', [DEPLOYERS]), rest.filter(isReaders));
}

const apiGroup = 'rbac.authorization.k8s.io';

const everythingForDeployers: ApplicableObject = Object.assign(
  {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'deployers' },
  },
  {
    roleRef: { apiGroup, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup, kind: 'Group', name: DEPLOYERS }],
  },
);

/** Runs a subcommand of `kars egress` for the sandbox. */
export type EgressCommand = (command: string, ...more: readonly string[]) => Promise<CommandResult>;

/** Runs `kars egress` as the operator. */
export async function egressCommand({
  node: { cluster, admin },
}: UsedNode): Promise<EgressCommand> {
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: OPERATOR };
  await applyAll(admin, [account]);
  const path = `/api/v1/namespaces/${OPERATOR.namespace}/serviceaccounts/${OPERATOR.name}/token`;
  const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };
  const { ok, body, message } = await admin.call('POST', path, request);
  if (!ok) throw new Error(message);
  const { token } = (body as { status: { token: string } }).status;
  const { url, certificate } = cluster;
  const kubeconfig = writeKubeconfig(OPERATOR.name, { url, certificate, token });
  return (command: string, ...more: readonly string[]) =>
    kars(['egress', command, 'reader', ...more, '--kubeconfig', kubeconfig]);
}

/** The answers that the agent got, the last one at the end. */
export async function answersOf(node: UsedNode, pod: Pod): Promise<string[]> {
  const lines = (await node.logs(pod, 'agent')).split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => (JSON.parse(line) as { answer: string }).answer);
}

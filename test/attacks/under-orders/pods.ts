import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { Container, Pod, PodSpec } from 'kubernetes-types/core/v1.js';
import { AgentRuntime, Egress, Inbound, type KarsImages } from 'kars-constructs';
import { processes } from 'kars-constructs/contract';
import { synthesize } from 'kars-constructs/testing';
import type { ApplicableObject } from '../../cluster/client.ts';
import { run } from '../../cluster/node/ctr.ts';
import { isReady } from '../../cluster/node/pods.ts';
import { AGENT_IMAGE } from '../../cluster/node/test-images.ts';
import type { UsedNode } from '../../cluster/node/use-node.ts';
import { smallResources } from '../../cluster/sandbox/agents.ts';
import { processOf } from '../../cluster/state/disruptions.ts';
import { agentsChart, sandboxIn } from '../../support/sandbox.ts';
import {
  ALLOWED_HOST,
  COMMAND_PORT,
  famous,
  ORIGIN_PORT,
  PROVIDER_PORT,
  SECOND_INBOUND_PORT,
  WORLD_PORT,
  type Order,
  type Surroundings,
} from './network-attack.ts';
import { providerKeys, providerPaths, routerPolicies } from './router/policies.ts';
import { PROVIDER_KEY } from './router/providers.ts';

const source = (name: string): string =>
  readFileSync(new URL(`./scripts/${name}.py`, import.meta.url), 'utf8');

const python = (program: string, ...args: readonly string[]): string[] => [
  '/usr/bin/python3',
  '-c',
  program,
  ...args,
];

/** The attempts of an agent that takes orders. */
export const networkProgram = source('network');

/** An agent that makes attempts when it is told. */
const agentThatObeys = (): AgentRuntime =>
  AgentRuntime.container({
    image: AGENT_IMAGE,
    command: python(`${networkProgram}\n${source('orders')}`, String(COMMAND_PORT)),
  });

const worldPorts = {
  tcp: [53, 80, 443, 853, WORLD_PORT, ORIGIN_PORT, PROVIDER_PORT],
  udp: [53, 5353, WORLD_PORT],
};

/** The pod that stands for the rest of the world. */
const worldPod: ApplicableObject & Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'world', namespace: 'default' },
  spec: {
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'world',
        image: AGENT_IMAGE,
        imagePullPolicy: 'IfNotPresent',
        command: python(
          source('world'),
          JSON.stringify(worldPorts),
          JSON.stringify(Object.values(famous)),
        ),
        securityContext: { privileged: true, runAsUser: 0 },
        readinessProbe: { tcpSocket: { port: WORLD_PORT }, periodSeconds: 1 },
      },
    ],
  },
};

/** What runs the pods. */
export type Runner = Pick<UsedNode, 'images' | 'apply' | 'pod'>;

/** Starts the world, and says where it is. */
export async function startWorld(node: Runner): Promise<Surroundings> {
  await node.apply([
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } },
    worldPod,
  ]);
  const [ipv4 = '', ipv6 = ''] = addressesOf(
    await node.pod('default', (pod) => pod.metadata?.name === 'world' && isReady(pod)),
  );
  return { ipv4, ipv6, own: '' };
}

/** A change of the pod that only tests make. */
export type Patch = (pod: PodSpec, world: Surroundings) => void;

/** The objects of a sandbox whose agent takes orders, changed by `patch`. */
export function sandboxObjects(
  images: KarsImages,
  name: string,
  world: Surroundings,
  patch: Patch,
): readonly ApplicableObject[] {
  const inbound = [COMMAND_PORT, SECOND_INBOUND_PORT].map((port) =>
    Inbound.fromNamespace('apps', { port }),
  );
  const egress = [Egress.http(ALLOWED_HOST)];
  const agent = agentThatObeys();
  const all = { agent, inbound, egress, resources: smallResources };
  const { objects } = synthesize((scope) => {
    const chart = agentsChart(scope, 'chart', images);
    return sandboxIn(chart, { ...all, ...routerPolicies(chart, name) }, name);
  });
  const copy: ApplicableObject[] = structuredClone([...objects]);
  const deployment = copy.find(({ kind }) => kind === 'Deployment') as unknown as Deployment;
  const pod = deployment.spec?.template.spec;
  if (pod === undefined) throw new Error('there is no pod');
  patch(pod, world);
  return [...copy, providerKeys(`kars-${name}`)];
}

/** Sends what is for the allowed host and the providers to the world, by the arguments that tests have for it. */
export const reachWorld: Patch = (pod, { ipv4 }) => {
  sidecar(pod, 'egress-proxy').args?.push(`--resolve=${ALLOWED_HOST}:80=${ipv4}:${ORIGIN_PORT}`);
  const world = `http://${ipv4}:${PROVIDER_PORT}`;
  for (const [provider, path] of Object.entries(providerPaths)) {
    sidecar(pod, 'router').args?.push(`--provider-endpoint=${provider}=${world}${path}`);
  }
};

/** Puts programs that decide nothing in the place of both sidecars. */
export const relayAll: Patch = (pod, { ipv4 }) => {
  for (const [name, { statusPort, agentPort }] of Object.entries(processes)) {
    const container = sidecar(pod, name);
    container.image = AGENT_IMAGE;
    container.command = python(source('relay'), String(statusPort), String(agentPort), `${ipv4}:${WORLD_PORT}`, PROVIDER_KEY); // prettier-ignore
    delete container.args;
  }
};

function sidecar(pod: PodSpec, name: string): Container {
  const found = pod.initContainers?.find((container) => container.name === name);
  if (found === undefined) throw new Error(`there is no container ${name}`);
  return found;
}

/** The addresses of a pod, IPv4 first. */
export const addressesOf = ({ status }: Pod): readonly string[] =>
  (status?.podIPs ?? []).map(({ ip }) => ip ?? '');

/** Runs a program of this machine in the network namespace of a pod. */
async function inNetwork(pod: Pod, ...command: readonly string[]): Promise<void> {
  const pid = await processOf(pod, 'agent');
  const { code, stderr } = await run('nsenter', [`--net=/proc/${pid}/ns/net`, ...command]);
  if (code !== 0) throw new Error(`${command.join(' ')}: ${stderr}`);
}

/** Leads the well-known addresses to the world, and lets every user send echo requests, as many nodes do. */
export async function surround(pod: Pod, { ipv4, ipv6 }: Surroundings): Promise<void> {
  for (const address of Object.values(famous)) {
    const via = address.includes(':') ? ipv6 : ipv4;
    await inNetwork(pod, 'ip', 'route', 'add', address, 'via', via, 'dev', 'eth0');
  }
  await inNetwork(pod, 'sysctl', '-qw', 'net.ipv4.ping_group_range=0 2147483647');
}

/** Takes away the packet rules of a running pod. */
export const removePacketRules = (pod: Pod): Promise<void> =>
  inNetwork(pod, 'nft', 'flush', 'ruleset');

/** Has the agent do something, and gives what came of it. */
export const obey = (pod: Pod, order: Order): Promise<string> =>
  exchange(addressesOf(pod)[0] ?? '', COMMAND_PORT, `${JSON.stringify(order)}\n`);

/** What somebody outside gets from a port of a pod, or the code of the error. */
export async function exchange(host: string, port: number, bytes: string): Promise<string> {
  const socket = connect({ host, port, timeout: 60_000 });
  socket.once('timeout', () => socket.destroy(new Error('silence')));
  socket.end(bytes);
  try {
    return await text(socket);
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  }
}

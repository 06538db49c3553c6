import { readFileSync } from 'node:fs';
import { Secret } from 'cdk8s-plus-28';
import { Size } from 'cdk8s';
import {
  AgentResources,
  AgentRuntime,
  Egress,
  InferencePolicy,
  KarsPlatform,
  KarsSandbox,
  ModelProvider,
  SandboxState,
  Subject,
  ToolPolicy,
  type AdmissionProps,
  type KarsImages,
} from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { attachFloor } from '../../lib/platform/admission/attached-floor.ts';
import { OPEN_FILES } from '../../lib/sandbox/launch/launch-document.ts';
import { refusedCalls } from '../kernel/seccomp/calls.ts';
import { agentsChart } from '../support/sandbox.ts';
import type { ApplicableObject } from '../cluster/client.ts';
import { POD_PIDS_LIMIT } from '../cluster/node/kubelet.ts';
import { AGENT_IMAGE } from '../cluster/node/test-images.ts';
import { agentAttacks } from './catalogue/index.ts';
import { layerIds, layers, manifestOf, type Layer, type LayerId } from './layers.ts';
import type { Order } from './under-orders/network-attack.ts';
import { networkProgram } from './under-orders/pods.ts';
import type { World } from './world.ts';

const MOST_TOKENS = 1000;

/** More than the kubelet lets a pod have, and few enough for the machine. */
const TOO_MANY_PROCESSES = 2 * POD_PIDS_LIMIT;

/** More than the limit of the agent, and less than the machine has. */
const TOO_MUCH = 400 * 1024 ** 2;

/** More than the launcher lets one program open. */
const TOO_MANY_FILES = OPEN_FILES + 1;

/** Group that writes sandboxes. */
export const DEPLOYERS = 'kars:deployers';

/** Roles and floors of the platform, each of which somebody tries to go below. */
const admission: AdmissionProps = {
  deployers: [Subject.group(DEPLOYERS)],
  agentRegistries: ['localhost', 'registry.example.com'],
  maxTokensPerRequest: MOST_TOKENS,
};

/** Room for attempts that take more than their share. */
export const smallAgent = new AgentResources({
  cpu: { request: 0.1, limit: 1 },
  memory: { request: Size.mebibytes(64), limit: Size.mebibytes(256) },
});

/** The parts of the program that makes all attempts, in their order. */
const PARTS = ['common', 'credentials', 'network', 'decisions', 'files', 'beside', 'resources', 'run']; // prettier-ignore

const script = PARTS.map((part) =>
  readFileSync(new URL(`./scripts/${part}.py`, import.meta.url), 'utf8'),
).join('\n\n');

const hook = readFileSync(new URL('./scripts/hook.py', import.meta.url), 'utf8');

/** The command of a hook that leaves a program beside the agent. */
export const hookCommand = (python: string): string[] => [python, '-c', hook, 'kars-hook'];

/** Python in the image of the tests. */
export const PYTHON = '/usr/bin/python3';

/** How the program that makes attempts is run. */
export interface GivenProgram {
  readonly python?: string;
  /** What an agent under orders is told, by the id of the attack. */
  readonly orders?: Readonly<Record<string, readonly Order[]>>;
}

/** The command that makes attempts, all of them where nothing else is said. */
export function commandFor(
  { v4, v6, port, dns }: World,
  attempts: readonly string[] = agentAttacks.map(({ attempt }) => attempt),
  { python = PYTHON, orders = {} }: GivenProgram = {},
): string[] {
  const calls = Object.fromEntries(
    attempts.flatMap((attempt) => {
      const numbers = refusedCalls[attempt]?.numbers;
      return numbers === undefined ? [] : [[attempt, numbers]];
    }),
  );
  const world = {
    ...{ v4, v6, port, dns, calls, orders },
    attempts: [...attempts, ...Object.keys(orders)],
    program: Object.keys(orders).length === 0 ? '' : networkProgram,
    bytes: TOO_MUCH,
    descriptors: TOO_MANY_FILES,
    processes: TOO_MANY_PROCESSES,
  };
  return [python, '-c', script, JSON.stringify(world)];
}

/** The objects of a sandbox whose agent makes all attempts, with these layers and no others. */
export function sandboxWith(
  name: string,
  images: KarsImages,
  world: World,
  present: readonly LayerId[] = layerIds,
): readonly ApplicableObject[] {
  const decided = (layer: LayerId): boolean => present.includes(layer);
  const app = synthesize((scope) => {
    const chart = agentsChart(scope, 'chart', images);
    if (present === layerIds) attachFloor(chart, admission);
    const secret = Secret.fromSecretName(chart, 'openai', 'openai');
    new KarsSandbox(chart, name, {
      agent: AgentRuntime.container({
        image: AGENT_IMAGE,
        command: commandFor(world),
        lifecycle: { postStart: hookCommand(PYTHON) },
      }),
      inferencePolicy: new InferencePolicy(chart, `${name}-models`, {
        provider: ModelProvider.openAi({ credential: { secret, key: 'key' } }),
        models: decided('model') ? ['small'] : ['small', 'huge'],
        ...(decided('model') ? { maxTokensPerRequest: MOST_TOKENS } : {}),
      }),
      toolPolicy: new ToolPolicy(chart, `${name}-tools`, {
        allowedTools: decided('model') ? ['search'] : ['*'],
      }),
      egress: [
        Egress.https('allowed.example'),
        // Not the neighbour of the other attempts: those that the packet rules redirect must meet a denial.
        ...(decided('egress') ? [] : [Egress.cidr(`${world.dns}/32`, 53)]),
      ],
      resources: smallAgent,
      ...(present === layerIds ? {} : { state: SandboxState.ephemeral() }),
    });
  });
  if (present === layerIds) return app.objects;
  const manifest = manifestOf(app.objects);
  for (const id of layerIds) {
    const layer: Layer = layers[id];
    if (!present.includes(id)) layer.remove?.(manifest);
  }
  return manifest.objects;
}

/** The Secret that a router of {@link sandboxWith} needs. */
export const providerKey = (sandbox: string): ApplicableObject => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name: 'openai', namespace: `kars-${sandbox}` },
  ...{ stringData: { key: 'sk-of-the-provider' } },
});

/** The platform, with admission policies. */
export const platformOf = (images: KarsImages): readonly ApplicableObject[] =>
  synthesize(
    (scope) =>
      new KarsPlatform(scope, 'platform', { images, installSeccompProfile: false, admission }),
  ).objects.filter(({ kind }) => kind !== 'CustomResourceDefinition');

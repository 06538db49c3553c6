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
import { refusedCalls } from '../kernel/seccomp/calls.ts';
import { agentsChart } from '../support/sandbox.ts';
import type { ApplicableObject } from '../cluster/client.ts';
import { POD_PIDS_LIMIT } from '../cluster/node/kubelet.ts';
import { AGENT_IMAGE } from '../cluster/node/test-images.ts';
import { agentAttacks } from './catalogue/index.ts';
import { layerIds, layers, manifestOf, type Layer, type LayerId } from './layers.ts';

/** What attempts try to reach. */
export interface World {
  readonly v4: string;
  readonly v6: string;
  readonly port: number;
  /** Address of a server on port 53. */
  readonly dns: string;
}

const MOST_TOKENS = 1000;

/** More than the kubelet lets a pod have, and few enough for the machine. */
const TOO_MANY_PROCESSES = 2 * POD_PIDS_LIMIT;

/** More than the limit of the agent, and less than the machine has. */
const TOO_MUCH = 400 * 1024 ** 2;

/** Group that writes sandboxes. */
export const DEPLOYERS = 'kars:deployers';

/** Roles and floors of the platform, each of which somebody tries to go below. */
const admission: AdmissionProps = {
  deployers: [Subject.group(DEPLOYERS)],
  agentRegistries: ['localhost', 'registry.example.com'],
  maxTokensPerRequest: MOST_TOKENS,
};

const resources = new AgentResources({
  cpu: { request: 0.1, limit: 1 },
  memory: { request: Size.mebibytes(64), limit: Size.mebibytes(256) },
});

/** The parts of the program that makes all attempts, in their order. */
const PARTS = ['common', 'credentials', 'network', 'decisions', 'files', 'resources', 'run'];

const script = PARTS.map((part) =>
  readFileSync(new URL(`./scripts/${part}.py`, import.meta.url), 'utf8'),
).join('\n\n');

/** The command that makes all attempts. */
function command({ v4, v6, port, dns }: World): string[] {
  const attempts = agentAttacks.map(({ attempt }) => attempt);
  const calls = Object.fromEntries(
    attempts.flatMap((attempt) => {
      const numbers = refusedCalls[attempt]?.numbers;
      return numbers === undefined ? [] : [[attempt, numbers]];
    }),
  );
  const world = {
    ...{ v4, v6, port, dns, attempts, calls },
    bytes: TOO_MUCH,
    processes: TOO_MANY_PROCESSES,
  };
  return ['/usr/bin/python3', '-c', script, JSON.stringify(world)];
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
      agent: AgentRuntime.container({ image: AGENT_IMAGE, command: command(world) }),
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
      resources,
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

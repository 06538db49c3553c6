import { Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import type { Pod } from 'kubernetes-types/core/v1.js';
import {
  AgentRuntime,
  Egress,
  InferencePolicy,
  KarsSandbox,
  ModelProvider,
  SandboxState,
  ToolPolicy,
  type KarsImages,
} from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { attachFloor } from '../../../lib/platform/admission/attached-floor.ts';
import type { ApplicableObject } from '../../cluster/client.ts';
import { ALLOWED_HOST } from '../under-orders/network-attack.ts';
import { hookCommand, smallAgent } from '../pods.ts';
import { toolRules } from '../under-orders/router/policies.ts';

/** What sandboxes of the attacks run of. */
export interface GivenImages {
  readonly sidecars: KarsImages;
  /** Has `python3` on its path. */
  readonly agent: string;
}

/** Found on the path of the given image. */
export const PYTHON = 'python3';

/** No platform has a ceiling below it that lets an agent say anything. */
const FEW_TOKENS = 64;

/** System calls are tried by their numbers, which are those of this architecture. */
const nodeSelector = { 'kubernetes.io/arch': 'amd64' };

/** A sandbox whose agent makes attempts, as any platform admits it. */
export const sandboxObjects = (
  name: string,
  namespace: string,
  { sidecars, agent }: GivenImages,
  command: readonly string[],
): readonly ApplicableObject[] =>
  synthesize((app) => {
    sidecars.attachTo(app);
    const chart = new Chart(app, 'chart', { namespace });
    const agentRegistries = [agent.split('/').slice(0, -1).join('/')];
    attachFloor(chart, { deployers: [], agentRegistries, maxTokensPerRequest: FEW_TOKENS });
    const secret = Secret.fromSecretName(chart, 'openai', 'openai');
    return new KarsSandbox(chart, name, {
      agent: AgentRuntime.container({
        image: agent,
        command: [...command],
        lifecycle: { postStart: hookCommand(PYTHON) },
      }),
      inferencePolicy: new InferencePolicy(chart, 'models', {
        provider: ModelProvider.openAi({ credential: { secret, key: 'key' } }),
        models: ['small'],
        maxTokensPerRequest: FEW_TOKENS,
      }),
      toolPolicy: new ToolPolicy(chart, 'tools', toolRules),
      egress: [Egress.https(ALLOWED_HOST), Egress.http(ALLOWED_HOST)],
      resources: smallAgent,
      scheduling: { nodeSelector },
      // Needs no class of volumes.
      state: SandboxState.ephemeral(),
    });
  }).objects;

/** The same program in a pod that says nothing about its security. */
export const ordinaryPod = (
  namespace: string,
  image: string,
  command: readonly string[],
): ApplicableObject & Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'ordinary', namespace },
  spec: {
    nodeSelector,
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        name: 'agent',
        image,
        imagePullPolicy: 'IfNotPresent',
        command: [...command],
        lifecycle: { postStart: { exec: { command: hookCommand(PYTHON) } } },
        resources: { requests: { cpu: '100m', memory: '512Mi' } },
      },
    ],
  },
});

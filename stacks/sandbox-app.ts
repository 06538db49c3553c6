import { App, Chart } from 'cdk8s';
import { Secret } from 'cdk8s-plus-28';
import {
  AgentRuntime,
  InferencePolicy,
  KarsImages,
  KarsPlatform,
  KarsSandbox,
  ModelProvider,
  Subject,
} from 'kars-constructs';
import type { Settings } from './settings.ts';

/** The charts that a stack deploys, and the sandbox in them. */
export interface SandboxApp {
  readonly charts: readonly Chart[];
  readonly sandbox: KarsSandbox;
}

/** The platform and one sandbox, from the constructs that GitOps uses too. */
export function sandboxApp(settings: Settings): SandboxApp {
  const { imageRegistry, imageList, agentImage, deployerGroup } = settings;
  const app = new App();
  const images = KarsImages.fromFile(imageList, { registry: imageRegistry });
  const platform = new KarsPlatform(app, 'platform', {
    images,
    admission: {
      deployers: [Subject.group(deployerGroup)],
      agentRegistries: [registryOf(agentImage)],
    },
  });
  const chart = new Chart(app, 'reader', { namespace: 'kars-system' });
  const secret = Secret.fromSecretName(chart, 'openai', 'openai');
  const sandbox = new KarsSandbox(chart, 'reader', {
    agent: AgentRuntime.container({
      image: agentImage,
      command: ['/usr/local/bin/node', '/app/agent.js'],
    }),
    inferencePolicy: new InferencePolicy(chart, 'reader-inference', {
      provider: ModelProvider.openAi({ credential: { secret, key: 'api-key' } }),
      models: ['gpt-4o-mini'],
    }),
  });
  return { charts: [platform, chart], sandbox };
}

/** What stands before the name of an image. */
const registryOf = (image: string): string => image.slice(0, Math.max(0, image.lastIndexOf('/')));

import { App, Chart, Testing } from 'cdk8s';
import {
  AgentRuntime,
  InferencePolicy,
  KarsImages,
  KarsSandbox,
  ModelProvider,
  type InferencePolicyProps,
  type KarsSandboxProps,
} from 'kars-constructs';

/** A provider without a credential. */
export const localProvider = ModelProvider.openAiCompatible({
  name: 'local',
  endpoint: 'https://models.example.com/v1',
});

/** An agent that nothing is wrong with. */
export const plainAgent = AgentRuntime.container({
  image: 'registry.example.com/agent:1',
  command: ['/agent'],
});

/** A chart in the namespace `agents` of an app, with local images where no others are given. */
export function agentsChart(app: App, id = 'chart', images = KarsImages.local()): Chart {
  images.attachTo(app);
  return new Chart(app, id, { namespace: 'agents' });
}

/** An inference policy that nothing is wrong with, changed by `props`. */
export const inferencePolicyIn = (
  chart: Chart,
  props: Partial<InferencePolicyProps> = {},
): InferencePolicy =>
  new InferencePolicy(chart, props.name ?? 'models', {
    provider: localProvider,
    models: ['small', 'large'],
    ...props,
  });

/** A sandbox that nothing is wrong with, changed by `props`. */
export function sandboxIn(
  chart: Chart,
  props: Partial<KarsSandboxProps> = {},
  id = 'reader',
): KarsSandbox {
  return new KarsSandbox(chart, id, {
    agent: plainAgent,
    inferencePolicy: props.inferencePolicy ?? inferencePolicyIn(chart, { name: `${id}-models` }),
    ...props,
  });
}

/** Everything that synthesis reports about what `build` makes, as one text; `''` when nothing. */
export function synthProblems(build: (app: App) => unknown): string {
  const app = Testing.app();
  build(app);
  return app.node
    .findAll()
    .flatMap(({ node }) => node.validate().map((text) => `[${node.path}] ${text}`))
    .join('\n');
}

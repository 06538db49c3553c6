import { Chart, type App } from 'cdk8s';
import {
  AgentRuntime,
  Egress,
  InferencePolicy,
  KarsImages,
  KarsSandbox,
  ModelProvider,
  ToolPolicy,
} from 'kars-constructs';

/** Adds `count` sandboxes, each with policies of its own, spread evenly over `charts` charts. */
export function addSandboxes(app: App, count: number, charts: number): void {
  KarsImages.local().attachTo(app);
  const provider = ModelProvider.openAiCompatible({
    name: 'local',
    endpoint: 'https://models.example.com/v1',
  });
  const agent = AgentRuntime.container({
    image: 'registry.example.com/agent:1',
    command: ['/agent'],
    env: { REGION: 'north', MODE: 'batch' },
  });
  const all = Array.from(
    { length: charts },
    (_, index) => new Chart(app, `chart-${index}`, { namespace: 'agents' }),
  );
  for (let index = 0; index < count; index += 1) {
    const chart = all[index % charts];
    if (chart === undefined) throw new Error('there is no chart');
    new KarsSandbox(chart, `agent-${index}`, {
      agent,
      inferencePolicy: new InferencePolicy(chart, `models-${index}`, {
        provider,
        models: ['small', 'large'],
        maxTokensPerRequest: 4096,
      }),
      toolPolicy: new ToolPolicy(chart, `tools-${index}`, {
        allowedTools: ['search', 'fetch_url', 'read_file'],
      }),
      egress: Array.from({ length: 5 }, (_, entry) => Egress.https(`api-${entry}.example.com`)),
    });
  }
}

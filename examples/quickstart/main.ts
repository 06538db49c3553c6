import { App, Chart } from 'cdk8s';
import {
  AgentRuntime,
  Egress,
  InferencePolicy,
  KarsImages,
  KarsPlatform,
  KarsSandbox,
  ModelProvider,
  Subject,
  ToolPolicy,
} from 'kars-constructs';
import { Secret } from 'cdk8s-plus-28';

const app = new App();
const admission = { deployers: [Subject.group('deployers')], agentRegistries: ['localhost'] };
new KarsPlatform(app, 'platform', { images: KarsImages.local(), admission });

const chart = new Chart(app, 'reader', { namespace: 'agents' });
const secret = Secret.fromSecretName(chart, 'openai', 'openai');
new KarsSandbox(chart, 'reader', {
  agent: AgentRuntime.container({
    image: 'localhost/kars-agent:0.1.0',
    command: ['node', '/app/agent.js'],
    env: {
      AGENT_TASK: 'Summarize http://articles.example/tides',
      AGENT_TOOLS: 'fetch_url,read_file,post_url',
    },
  }),
  inferencePolicy: new InferencePolicy(chart, 'reader-inference', {
    provider: ModelProvider.openAi({ credential: { secret, key: 'api-key' } }),
    models: ['gpt-4o-mini'],
    maxTokensPerRequest: 1024,
  }),
  toolPolicy: new ToolPolicy(chart, 'reader-tools', {
    allowedTools: ['fetch_url', 'read_file', 'post_url'],
  }),
  egress: [Egress.http('articles.example')],
});
app.synth();

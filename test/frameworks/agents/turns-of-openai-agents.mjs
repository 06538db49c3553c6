// OpenAI's agents for JavaScript, with chat completions. Its argument lists turns, each with an endpoint and a tool.
import { Agent, OpenAIProvider, Runner, tool } from '@openai/agents';
import { z } from 'zod';

const tools = {
  fetch_page: tool({
    name: 'fetch_page',
    description: 'Fetches a page',
    parameters: z.object({ url: z.string() }),
    execute: async ({ url }) => {
      const answer = await fetch(url);
      return `${answer.status} ${answer.headers.get('x-kars-code') ?? ''}`;
    },
  }),
  erase_everything: tool({
    name: 'erase_everything',
    description: 'Erases everything',
    parameters: z.object({}),
    execute: async () => 'erased',
  }),
};

for (const { endpoint, tool: name } of JSON.parse(process.argv[2])) {
  const modelProvider = new OpenAIProvider({
    baseURL: `${endpoint}/v1`,
    apiKey: 'of-the-agent',
    useResponses: false,
  });
  // Traces go to api.openai.com, prompts included.
  const runner = new Runner({ modelProvider, tracingDisabled: true });
  const agent = new Agent({ name: 'reader', model: 'small', tools: [tools[name]] });
  try {
    const { finalOutput } = await runner.run(agent, 'read the page');
    console.log(JSON.stringify({ said: finalOutput }));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}

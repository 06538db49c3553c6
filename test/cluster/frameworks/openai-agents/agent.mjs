// One governed turn with @openai/agents. Prints one line of JSON.
import { Agent, run, setOpenAIAPI, setTracingDisabled, tool } from '@openai/agents';
import { z } from 'zod';

setOpenAIAPI('chat_completions');
// Traces go to api.openai.com, prompts included.
setTracingDisabled(true);

const fetchPage = tool({
  name: 'fetch_page',
  description: 'Fetches a page',
  parameters: z.object({ url: z.string() }),
  execute: async ({ url }) => {
    try {
      return String((await fetch(url)).status);
    } catch (error) {
      return String(error.cause?.message ?? error);
    }
  },
});

const erase = tool({
  name: 'erase_everything',
  description: 'Erases everything',
  parameters: z.object({}),
  execute: async () => 'erased',
});

const ask = async (...tools) => {
  const agent = new Agent({ name: 'reader', model: process.env.OPENAI_MODEL, tools });
  try {
    return (await run(agent, 'read the page')).finalOutput;
  } catch (error) {
    return error.message;
  }
};

console.log(JSON.stringify({ turn: await ask(fetchPage), erase: await ask(erase) }));
setInterval(() => undefined, 60_000);

import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import Anthropic from '@anthropic-ai/sdk';
import { generateText, jsonSchema, streamText, tool, type LanguageModel, type ToolSet } from 'ai';
import OpenAI from 'openai';

/** What an agent asks for. */
export interface Asked {
  readonly model: string;
  /** Name of a tool that is offered. @default none is */
  readonly tool?: string;
}

/** A client library as agents use it, with its own settings for retries. */
export interface Client {
  readonly name: string;
  /** As the audit log has its calls. */
  readonly surface: string;
  /** Asks the router at a URL, and gives what the model says. */
  readonly ask: (url: string, asked: Asked) => Promise<string>;
}

const KEY = 'of-the-agent';

const SAID = [{ role: 'user' as const, content: 'hi' }];

const NO_PARAMETERS = { type: 'object' as const, properties: {} };

const openAi = (url: string): OpenAI => new OpenAI({ baseURL: `${url}/v1`, apiKey: KEY });

const anthropic = (url: string): Anthropic =>
  new Anthropic({ baseURL: `${url}/anthropic`, apiKey: KEY });

const chatRequest = ({ model, tool: name }: Asked) => ({
  model,
  messages: SAID,
  ...(name === undefined
    ? {}
    : { tools: [{ type: 'function' as const, function: { name, parameters: NO_PARAMETERS } }] }),
});

const messageRequest = ({ model, tool: name }: Asked) => ({
  model,
  max_tokens: 50,
  messages: SAID,
  ...(name === undefined ? {} : { tools: [{ name, input_schema: NO_PARAMETERS }] }),
});

/** The types of the library do not take what its function gives, under `exactOptionalPropertyTypes`. */
const toolsNamed = (name: string): ToolSet => ({
  [name]: tool({ inputSchema: jsonSchema(NO_PARAMETERS) }),
});

const aiRequest = (model: LanguageModel, { tool: name }: Asked) => ({
  model,
  prompt: 'hi',
  maxOutputTokens: 50,
  tools: name === undefined ? {} : toolsNamed(name),
});

const aiOpenAi = (url: string, { model }: Asked): LanguageModel =>
  createOpenAICompatible({ name: 'kars', baseURL: `${url}/v1`, apiKey: KEY })(model);

const aiAnthropic = (url: string, { model }: Asked): LanguageModel =>
  createAnthropic({ baseURL: `${url}/anthropic/v1`, apiKey: KEY })(model);

type Ask = Client['ask'];

const chat: Ask = async (url, asked) => {
  const { choices } = await openAi(url).chat.completions.create(chatRequest(asked));
  return choices[0]?.message.content ?? '';
};

const chatStream: Ask = async (url, asked) =>
  (await openAi(url).chat.completions.stream(chatRequest(asked)).finalContent()) ?? '';

const message: Ask = async (url, asked) => {
  const { content } = await anthropic(url).messages.create(messageRequest(asked));
  return content.map((block) => (block.type === 'text' ? block.text : '')).join('');
};

const messageStream: Ask = (url, asked) =>
  anthropic(url).messages.stream(messageRequest(asked)).finalText();

const whole = async (model: LanguageModel, asked: Asked): Promise<string> =>
  (await generateText(aiRequest(model, asked))).text;

/** Text of a stream, whose errors come among its parts. */
async function streamed(model: LanguageModel, asked: Asked): Promise<string> {
  let text = '';
  const { stream } = streamText({ ...aiRequest(model, asked), onError: () => undefined });
  for await (const part of stream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta') text += part.text;
  }
  return text;
}

const ofAi =
  (
    modelAt: (url: string, asked: Asked) => LanguageModel,
    read: (model: LanguageModel, asked: Asked) => Promise<string>,
  ): Ask =>
  (url, asked) =>
    read(modelAt(url, asked), asked);

/** Client libraries, whole and streamed. */
export const clients: readonly Client[] = [
  { name: 'openai', surface: 'chat', ask: chat },
  { name: 'openai, streamed', surface: 'chat', ask: chatStream },
  { name: '@anthropic-ai/sdk', surface: 'messages', ask: message },
  { name: '@anthropic-ai/sdk, streamed', surface: 'messages', ask: messageStream },
  { name: 'ai, for OpenAI', surface: 'chat', ask: ofAi(aiOpenAi, whole) },
  { name: 'ai, for OpenAI, streamed', surface: 'chat', ask: ofAi(aiOpenAi, streamed) },
  { name: 'ai, for Anthropic', surface: 'messages', ask: ofAi(aiAnthropic, whole) },
  { name: 'ai, for Anthropic, streamed', surface: 'messages', ask: ofAi(aiAnthropic, streamed) },
];

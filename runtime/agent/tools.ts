import { readFile } from 'node:fs/promises';
import type OpenAI from 'openai';

/** What a tool gave. */
export interface ToolResult {
  readonly ok: boolean;
  /** For the model: content, or why there is none. */
  readonly text: string;
}

interface Tool {
  readonly description: string;
  readonly parameters: readonly string[];
  readonly run: (input: Readonly<Record<string, string>>) => Promise<ToolResult>;
}

const MOST_CHARACTERS = 20_000;
const TIMEOUT_MILLISECONDS = 20_000;

const tools: Readonly<Record<string, Tool>> = {
  fetch_url: {
    description: 'Fetches a web page.',
    parameters: ['url'],
    run: ({ url = '' }) => exchange(url, { method: 'GET' }),
  },
  post_url: {
    description: 'Sends text to a web address.',
    parameters: ['url', 'body'],
    run: ({ url = '', body = '' }) => exchange(url, { method: 'POST', body }),
  },
  read_file: {
    description: 'Reads a file.',
    parameters: ['path'],
    run: async ({ path = '' }) => ({
      ok: true,
      text: (await readFile(path, 'utf8')).slice(0, MOST_CHARACTERS),
    }),
  },
};

/** The tools of these names, as a request offers them to the model. */
export function toolDefinitions(names: readonly string[]): OpenAI.ChatCompletionFunctionTool[] {
  return names.flatMap((name) => {
    const tool = tools[name];
    if (tool === undefined) return [];
    const properties = Object.fromEntries(tool.parameters.map((key) => [key, { type: 'string' }]));
    return [
      {
        type: 'function' as const,
        function: {
          name,
          description: tool.description,
          parameters: { type: 'object', properties, required: [...tool.parameters] },
        },
      },
    ];
  });
}

/** Runs a tool; a fault is a result, so that the model can go on. */
export async function runTool(
  name: string,
  input: Readonly<Record<string, string>>,
): Promise<ToolResult> {
  const tool = tools[name];
  if (tool === undefined) return { ok: false, text: `there is no tool "${name}"` };
  try {
    return await tool.run(input);
  } catch (error) {
    return { ok: false, text: explain(error) };
  }
}

async function exchange(url: string, init: RequestInit): Promise<ToolResult> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS) });
  const text = (await response.text()).slice(0, MOST_CHARACTERS);
  return response.ok
    ? { ok: true, text }
    : { ok: false, text: `status ${response.status}: ${text}` };
}

/** The chain of causes: client libraries keep the answer of a proxy in there. */
function explain(error: unknown): string {
  const parts: string[] = [];
  for (let cause = error; cause instanceof Error && parts.length < 5; cause = cause.cause) {
    parts.push(cause.message);
  }
  return parts.join(': ');
}

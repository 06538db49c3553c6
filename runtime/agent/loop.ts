import type OpenAI from 'openai';
import * as z from 'zod';
import { runTool, toolDefinitions } from './tools.ts';

/** What an agent is asked to do, and with what. */
export interface AgentTask {
  readonly client: OpenAI;
  readonly model: string;
  readonly task: string;
  readonly tools: readonly string[];
  /** Told of every step. */
  readonly report: (step: Readonly<Record<string, unknown>>) => void;
}

const MOST_TURNS = 10;

const toolInput = z.record(z.string(), z.string());

/** Lets the model work on a task, tool call by tool call, and gives its last words. */
export async function runAgent({ client, model, task, tools, report }: AgentTask): Promise<string> {
  const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: task }];
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    const stream = client.chat.completions.stream({
      model,
      messages,
      stream_options: { include_usage: true },
      ...(tools.length === 0 ? {} : { tools: toolDefinitions(tools) }),
    });
    const { message } = firstChoice(await stream.finalChatCompletion());
    messages.push(message);
    const calls = (message.tool_calls ?? []).filter((call) => call.type === 'function');
    if (calls.length === 0) return message.content ?? '';
    for (const { id, function: called } of calls) {
      const input = readInput(called.arguments);
      report({ event: 'tool_call', tool: called.name, arguments: input });
      const result = await runTool(called.name, input);
      report({
        event: 'tool_result',
        tool: called.name,
        ok: result.ok,
        text: result.text.slice(0, 500),
      });
      messages.push({ role: 'tool', tool_call_id: id, content: result.text });
    }
  }
  throw new Error(`the model called tools in each of ${MOST_TURNS} turns`);
}

function firstChoice({ choices: [choice] }: OpenAI.ChatCompletion): OpenAI.ChatCompletion.Choice {
  if (choice === undefined) throw new Error('the model gave no answer');
  return choice;
}

function readInput(text: string): Record<string, string> {
  const parsed = toolInput.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : {};
}

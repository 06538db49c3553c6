import OpenAI from 'openai';
import { runAgent } from './loop.ts';

const report = (step: Readonly<Record<string, unknown>>): void => {
  process.stdout.write(`${JSON.stringify(step)}\n`);
};

const { OPENAI_MODEL, AGENT_TASK, AGENT_TOOLS } = process.env;

try {
  const text = await runAgent({
    client: new OpenAI({ maxRetries: 0 }),
    model: OPENAI_MODEL ?? 'gpt-4o-mini',
    task: AGENT_TASK ?? 'Say hello.',
    tools: (AGENT_TOOLS ?? '').split(',').filter((name) => name !== ''),
    report,
  });
  report({ event: 'answer', text });
} catch (error) {
  report({ event: 'failed', error: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}

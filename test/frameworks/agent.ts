import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { copyFileSync, symlinkSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../support/documents.ts';
import { homeOf, isOfNode, type Framework } from './frameworks.ts';

/** What an agent is to do: ask a model with one tool. */
export interface Turn {
  readonly endpoint: string;
  readonly tool: 'fetch_page' | 'erase_everything';
}

/** What an agent says at the end of a turn, or what the framework raises. */
export interface Said {
  readonly said?: string;
  readonly error?: string;
}

/** What frameworks would tell somebody else unless they are asked not to. */
const SILENT = {
  ANONYMIZED_TELEMETRY: 'false',
  CREWAI_DISABLE_TELEMETRY: 'true',
  CREWAI_TRACING_ENABLED: 'false',
  NO_GCE_CHECK: 'true',
  OTEL_SDK_DISABLED: 'true',
};

const MOST_MILLISECONDS = 240_000;

const path = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Runs the program of a framework in the environment that a sandbox gives an agent. */
export async function runAgent(
  framework: Framework,
  turns: readonly Turn[],
  env: Readonly<Record<string, string>>,
): Promise<readonly Said[]> {
  const home = homeOf(framework);
  const work = temporaryDirectory();
  const [command, program] = isOfNode(framework)
    ? [process.execPath, linked(work, framework)]
    : ['python3', path(`./agents/${framework.program}`)];
  const child = spawn(command, [program, JSON.stringify(turns)], {
    cwd: work,
    env: {
      ...env,
      ...SILENT,
      HOME: work,
      NODE_USE_ENV_PROXY: '1',
      PATH: process.env['PATH'] ?? '',
      PYTHONPATH: [home, path('./agents'), path('../cluster/frameworks')].join(delimiter),
      PYTHONDONTWRITEBYTECODE: '1',
      TMPDIR: work,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: MOST_MILLISECONDS,
    killSignal: 'SIGKILL',
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]); // prettier-ignore
  const said = stdout
    .split('\n')
    .filter((line) => /^\{"(said|error)"/.test(line))
    .map((line) => JSON.parse(line) as Said);
  if (said.length < turns.length) throw new Error(`${framework.name} did not end:\n${stderr}`);
  return said;
}

/** A program of Node.js finds its packages above itself. */
function linked(work: string, framework: Framework): string {
  symlinkSync(join(homeOf(framework), 'node_modules'), join(work, 'node_modules'));
  const program = join(work, framework.program);
  copyFileSync(path(`./agents/${framework.program}`), program);
  return program;
}

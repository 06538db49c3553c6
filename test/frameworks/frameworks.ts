import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../../scripts/cache.ts';

/** An agent framework that runs beside the sidecars of a sandbox. */
export interface Framework {
  readonly name: string;
  /** Package that its version is read of. */
  readonly package: string;
  /** API of the models that it speaks. */
  readonly api: 'chat completions' | 'messages, translated';
  /** The program in `agents`. */
  readonly program: string;
  /** Directory with the packages, each with its version. */
  readonly packages: string;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const own = (name: string): string => here(`./packages/${name}`);

/** Of the tests in pods, which need the same packages. */
const ofPods = (name: string): string => here(`../cluster/frameworks/${name}`);

const python = (
  name: string,
  distribution: string,
  packages = own(distribution),
): Omit<Framework, 'program'> => ({
  name,
  package: distribution,
  api: 'chat completions',
  packages,
});

/** Every framework, each in a version of its own. */
export const frameworks: readonly Framework[] = [
  {
    name: 'OpenAI Agents (JavaScript)',
    package: '@openai/agents',
    api: 'chat completions',
    program: 'turns-of-openai-agents.mjs',
    packages: ofPods('openai-agents'),
  },
  {
    ...python('Pydantic AI', 'pydantic-ai-slim', ofPods('pydantic-ai')),
    program: 'turns-of-pydantic-ai.py',
  },
  { ...python('LangGraph', 'langgraph', ofPods('langgraph')), program: 'turns-of-langgraph.py' },
  { ...python('Agent Framework', 'agent-framework-core'), program: 'turns-of-agent-framework.py' },
  { ...python('Agent Development Kit', 'google-adk'), program: 'turns-of-google-adk.py' },
  { ...python('Strands Agents', 'strands-agents'), program: 'turns-of-strands-agents.py' },
  { ...python('CrewAI', 'crewai'), program: 'turns-of-crewai.py' },
  {
    ...python('Claude Agent SDK', 'claude-agent-sdk'),
    program: 'turns-of-claude-agent-sdk.py',
    api: 'messages, translated',
  },
];

/** Whether a framework runs on Node.js. */
export const isOfNode = ({ program }: Framework): boolean => program.endsWith('.mjs');

const LOCKS = ['package-lock.json', 'requirements.txt'];

const lockOf = ({ packages }: Framework): string =>
  LOCKS.map((file) => join(packages, file))
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('');

/** The version of a framework, as its lock pins it. */
export function versionOf(framework: Framework): string {
  const lock = lockOf(framework);
  const name = framework.package;
  const pattern = isOfNode(framework)
    ? new RegExp(`"node_modules/${name}": \\{\\s*"version": "([^"]+)"`)
    : new RegExp(`^${name}==(\\S+)$`, 'm');
  const [, version] = pattern.exec(lock) ?? [];
  if (version === undefined) throw new Error(`no lock pins ${name}`);
  return version;
}

/** Where a framework is installed; another place for each state of its lock. */
export function homeOf(framework: Framework): string {
  const digest = createHash('sha256').update(process.version).update(lockOf(framework));
  return join(cacheRoot(), `agents-${framework.package.replace('/', '-')}-${digest.digest('hex').slice(0, 16)}`); // prettier-ignore
}

/** Whether a framework is installed. */
export const isInstalled = (framework: Framework): boolean => existsSync(homeOf(framework));

import * as z from 'zod';
import { openObject } from '../../primitives.ts';
import { has, withRules, type CrossFieldRule } from '../../rule.ts';

/** The block below `spec.runtime` that belongs to each kind of runtime. */
export const runtimeBlocks = {
  OpenClaw: 'openclaw',
  OpenAIAgents: 'openaiAgents',
  MicrosoftAgentFramework: 'microsoftAgentFramework',
  SemanticKernel: 'semanticKernel',
  LangGraph: 'langGraph',
  Anthropic: 'anthropic',
  PydanticAi: 'pydanticAi',
  Hermes: 'hermes',
  BYO: 'byo',
} as const;

/** Kinds of runtimes. */
export const runtimeKinds = Object.keys(runtimeBlocks) as (keyof typeof runtimeBlocks)[];

const SETTINGS = 'Settings of this runtime; set for its kind only.';

const extraEnv = openObject().optional().describe('Further environment variables.');

const agentCode = (block: string) =>
  withRules(
    z.strictObject({
      oci: z
        .strictObject({ image: z.string().describe('Image that carries the code.') })
        .optional()
        .describe('Code in an image.'),
      git: z
        .strictObject({
          url: z.string().describe('Address of the repository.'),
          ref: z.string().optional().describe('Branch, tag or commit.'),
          path: z.string().optional().describe('Folder in the repository.'),
        })
        .optional()
        .describe('Code in a git repository.'),
    }),
    [
      {
        cel: 'has(self.oci) != has(self.git)',
        message: `spec.runtime.${block}.agentCode must set exactly one of \`oci\` or \`git\``,
        holds: ({ oci, git }) => has(oci) !== has(git),
      },
    ],
  )
    .optional()
    .describe('Where the code of the agent comes from.');

const framework = <Own extends z.ZodRawShape>(block: string, own: Own) =>
  z
    .strictObject({
      ...own,
      agentCode: agentCode(block),
      entrypoint: z.array(z.string()).optional().describe('Program and arguments.'),
      extraEnv,
    })
    .optional()
    .describe(SETTINGS);

const pythonVersion = z.string().optional().describe('Version of Python.');

const language = <const L extends readonly [string, ...string[]]>(...names: L) =>
  z.enum(names).optional().describe('Programming language of the agent.');

const blocks = {
  openclaw: z
    .strictObject({
      version: z.string().optional().describe('Version of OpenClaw.'),
      image: z.string().optional().describe('Image instead of the default one.'),
      config: openObject().optional().describe('Body of openclaw.json.'),
      extraEnv,
    })
    .optional()
    .describe(SETTINGS),
  openaiAgents: framework('openaiAgents', { pythonVersion }),
  microsoftAgentFramework: framework('microsoftAgentFramework', { language: language('python') }),
  semanticKernel: framework('semanticKernel', { language: language('python', 'dotnet', 'java') }),
  langGraph: framework('langGraph', { language: language('python', 'typescript') }),
  anthropic: framework('anthropic', { pythonVersion }),
  pydanticAi: framework('pydanticAi', { pythonVersion }),
  hermes: framework('hermes', { version: z.string().optional().describe('Version of Hermes.') }),
  byo: z
    .strictObject({
      image: z.string().describe('Image of the agent.'),
      contractVersion: z.enum(['v1']).describe('Version of the runtime contract.'),
      command: z.array(z.string()).optional().describe('Replaces the entry point of the image.'),
      args: z.array(z.string()).optional().describe('Replaces the command of the image.'),
      env: z.array(openObject()).optional().describe('Environment variables, as in a container.'),
    })
    .optional()
    .describe('An image of your own; set for kind BYO only.'),
};

const shape = z.strictObject({
  kind: z.enum(runtimeKinds).describe('Which of the blocks below is set.'),
  ...blocks,
});

const blockRules = Object.entries(runtimeBlocks).map(
  ([kind, block]): CrossFieldRule<z.output<typeof shape>> => ({
    cel: `(self.kind == '${kind}') == has(self.${block})`,
    message: `spec.runtime.${block} must be set iff kind is ${kind}`,
    holds: (self) => (self.kind === kind) === has(self[block]),
  }),
);

/** `spec.runtime`: what runs in the agent container. */
export const runtime = withRules(shape, blockRules).describe('What runs in the agent container.');

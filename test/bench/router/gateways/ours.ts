import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { processes } from '../../../../lib/contract/process.ts';
import { nodeCommands } from '../../../../runtime/images/recipes.ts';
import { bundleOptions } from '../../../../scripts/bundles.ts';
import { writeDocuments, type Payloads } from '../../../support/documents.ts';
import { loadNames, models, type Load } from '../driver/load.ts';
import { upstreamUrl } from '../upstream/program.ts';
import type { Gateway } from './gateway.ts';

const { agentPort, statusPort } = processes.router;

/** What Node.js is told in the image. */
const [, ...flags] = nodeCommands.router;

/** A policy with everything that there is, of which the loads of the bench use nothing up. */
const policies = {
  'inference-policy': {
    models: models.map((deployment) => ({ provider: 'bench', deployment })),
    providers: [{ name: 'bench', endpoint: upstreamUrl, credential: 'bearer' }],
    maxTokensPerRequest: 4096,
    budget: { hourlyTokens: 1e14, dailyTokens: 1e15, monthlyTokens: 1e15 },
    callLimits: { requestsPerMinute: 100_000, concurrentRequests: 1000 },
  },
  'tool-policy': { allowedTools: ['search'] },
} satisfies Payloads;

/** The bundle of the router. */
export async function bundleRouter(directory: string): Promise<string> {
  const program = join(directory, 'router.mjs');
  await build({ ...bundleOptions('router'), outfile: program });
  return program;
}

/**
 * The router as in its image and its pod.
 *
 * @param state directory that it goes on from. @default an empty one
 */
export const ourRouter = (
  program: string,
  name = 'router',
  state?: string,
  carries: readonly Load[] = loadNames,
): Gateway => ({
  name,
  port: agentPort,
  carries,
  headers: {},
  ready: '"listener":"agent"',
  prepare: (directory) => {
    const [documents, credentials, own] = ['documents', 'credentials', 'state'].map((part) =>
      join(directory, part),
    ) as [string, string, string];
    writeDocuments(documents, policies);
    mkdirSync(credentials);
    writeFileSync(join(credentials, 'bench'), 'of-the-gateway\n');
    if (state !== undefined) cpSync(state, own, { recursive: true });
    return [
      process.execPath,
      ...flags,
      program,
      '--sandbox=bench',
      `--listen-port=${agentPort}`,
      '--status-host=127.0.0.1',
      `--status-port=${statusPort}`,
      `--documents=${documents}`,
      `--credentials=${credentials}`,
      `--state=${own}`,
    ];
  },
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import {
  InferencePolicy,
  ModelProvider,
  ToolPolicy,
  type InferencePolicyProps,
} from 'kars-constructs';
import { synthesize } from 'kars-constructs/testing';
import { LocalSandbox } from '../../runtime/cli/local/local-sandbox.ts';
import { findSandbox, type Manifest } from '../../runtime/cli/local/manifests.ts';
import { temporaryDirectory } from '../support/documents.ts';
import { agentsChart, sandboxIn } from '../support/sandbox.ts';
import { httpServer } from '../support/servers.ts';

/** Model that answers when it is told to. */
const SLOW = 'slow';

const providerNamed = (name: string): ModelProvider =>
  ModelProvider.openAiCompatible({ name, endpoint: `https://${name}.example.com/v1` });

/** What a policy says besides its models. */
export type Bounds = Pick<InferencePolicyProps, 'tokenBudget' | 'callLimits'>;

/** The sidecars of a sandbox on this machine, from what is synthesized; its tools are called as frameworks name them. */
export async function startSandbox(
  bounds: Bounds,
  models: string,
  slow: string,
): Promise<LocalSandbox> {
  const { objects } = synthesize((app) => {
    const chart = agentsChart(app);
    const inferencePolicy = new InferencePolicy(chart, 'models', {
      models: [
        { model: 'small', provider: providerNamed('stub') },
        { model: SLOW, provider: providerNamed(SLOW) },
      ],
      ...bounds,
    });
    const allowedTools = ['fetch_page', 'mcp__n__fetch_page'];
    return sandboxIn(chart, { inferencePolicy, toolPolicy: new ToolPolicy(chart, 'tools', { allowedTools }) }); // prettier-ignore
  });
  const manifests = findSandbox(objects as unknown as readonly Manifest[]);
  const sandbox = await LocalSandbox.start(manifests, temporaryDirectory(), {
    providerEndpoints: { stub: models, [SLOW]: slow },
    resolve: {},
    credentials: {},
  });
  onTestFinished(() => sandbox.stop());
  return sandbox;
}

/** The stub of a model that the tests in pods have, on loopback. */
export async function startModel(): Promise<string> {
  const program = fileURLToPath(new URL('../cluster/frameworks/stub-model.py', import.meta.url));
  const child = spawn('python3', [program, '127.0.0.1', '0'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [port] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return `http://127.0.0.1:${port}/v1`;
}

/** A model that is asked by one call, and answers when it is released. */
export interface Held {
  readonly endpoint: string;
  /** Has a router ask it, and waits until it has. */
  readonly occupy: (router: string) => Promise<void>;
  readonly release: () => void;
}

/** Starts the model that keeps a router busy. */
export async function startSlowModel(): Promise<Held> {
  const asked = Promise.withResolvers<undefined>();
  const released = Promise.withResolvers<undefined>();
  const { port } = await httpServer((_incoming, response) => {
    asked.resolve(undefined);
    void released.promise.then(() => response.writeHead(503).end());
  });
  return {
    endpoint: `http://127.0.0.1:${port}/v1`,
    occupy: async (router) => {
      const body = JSON.stringify({ model: SLOW, messages: [{ role: 'user', content: 'x' }] });
      const headers = { 'content-type': 'application/json' };
      const call = fetch(`${router}/v1/chat/completions`, { method: 'POST', headers, body });
      call.catch(() => undefined);
      await asked.promise;
    },
    release: () => released.resolve(undefined),
  };
}

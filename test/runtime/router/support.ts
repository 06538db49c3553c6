import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { Registry } from 'prom-client';
import { onTestFinished } from 'vitest';
import { createRouter } from '../../../runtime/router/app.ts';
import { CallMetrics } from '../../../runtime/router/call-metrics.ts';
import { Budget } from '../../../runtime/router/budget/budget.ts';
import { Ledger } from '../../../runtime/router/budget/ledger.ts';
import { Governance } from '../../../runtime/router/governance.ts';
import { limits, type Limits } from '../../../runtime/router/limits.ts';
import { Upstream } from '../../../runtime/router/upstream.ts';
import { temporaryDirectory, type Payloads } from '../../support/documents.ts';
import { portOf } from '../../support/servers.ts';
import { openSidecar, type TestSidecar } from '../../support/sidecar.ts';

/** Credential of the provider in tests. */
export const CREDENTIAL = 'sk-provider-5c1f';

/** Policies that allow two models, 100 tokens and one tool. */
export const policies = {
  'inference-policy': {
    models: [
      { provider: 'local', deployment: 'small' },
      { provider: 'local', deployment: 'large' },
    ],
    providers: [
      { name: 'local', endpoint: 'https://models.example.com/v1', credential: 'bearer' as const },
    ],
    maxTokensPerRequest: 100,
  },
  'tool-policy': { allowedTools: ['search'] },
} satisfies Payloads;

/** A running router and ways to talk to it. */
export interface TestRouter {
  readonly url: string;
  readonly client: OpenAI;
  readonly sidecar: TestSidecar;
  /** What it measures of requests. */
  readonly registry: Registry;
  readonly post: (body: unknown, headers?: Record<string, string>) => Promise<Response>;
  /** The tree of its routes, as fastify prints it. */
  readonly routes: () => string;
}

/** Where the provider `local` is, or each of several. */
type Endpoints = string | ReadonlyMap<string, string>;

/** Credential of a provider in tests. */
export const credentialOf = (provider: string): string =>
  provider === 'local' ? CREDENTIAL : `sk-${provider}-9e07`;

/** A router on loopback that sends what it allows to `endpoint`. */
export async function startRouter(
  endpoint: Endpoints,
  payloads: Payloads | undefined = policies,
  withCredential = true,
): Promise<TestRouter> {
  const sidecar = await openSidecar('router', payloads);
  return startRouterOn(sidecar, endpoint, withCredential);
}

/** The same on documents that a test has opened itself. */
export async function startRouterOn(
  sidecar: TestSidecar,
  endpoint: Endpoints,
  withCredential = true,
  bounds: Limits = limits,
  budget = new Budget(undefined, Ledger.open(':memory:')),
): Promise<TestRouter> {
  const credentials = join(temporaryDirectory(), 'credentials');
  mkdirSync(credentials);
  const endpoints = typeof endpoint === 'string' ? new Map([['local', endpoint]]) : endpoint;
  for (const name of withCredential ? endpoints.keys() : []) {
    writeFileSync(join(credentials, name), `${credentialOf(name)}\n`);
  }
  const upstream = new Upstream({
    credentials,
    endpoints,
    answerMilliseconds: 500,
    idleMilliseconds: bounds.idleMilliseconds,
  });
  const registry = new Registry();
  const app = createRouter({
    snapshot: () => sidecar.documents.snapshot(),
    recorder: sidecar.recorder,
    upstream,
    budget,
    governance: new Governance('reader'),
    auditFile: sidecar.auditFile,
    bounds,
    metrics: new CallMetrics(registry),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await app.close();
    await upstream.close();
  });
  const url = `http://127.0.0.1:${portOf(app.server)}`;
  return {
    url,
    sidecar,
    registry,
    client: new OpenAI({ baseURL: `${url}/v1`, apiKey: 'of-the-agent' }),
    post: (body, headers = {}) =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    routes: () => app.printRoutes({ commonPrefix: false }),
  };
}

/** A request that the policies above allow. */
export const hello = { messages: [{ role: 'user' as const, content: 'hi' }] };

/** The code of an error in the shape of the OpenAI API. */
export const codeOf = async (response: Response): Promise<unknown> =>
  ((await response.json()) as { error: { code: unknown } }).error.code;

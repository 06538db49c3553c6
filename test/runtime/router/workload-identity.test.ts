import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InferencePolicyPayload } from 'kars-constructs/contract';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRouter } from '../../../runtime/router/app.ts';
import { Budget } from '../../../runtime/router/budget/budget.ts';
import { Ledger } from '../../../runtime/router/budget/ledger.ts';
import { Governance } from '../../../runtime/router/governance.ts';
import { Upstream } from '../../../runtime/router/upstream.ts';
import { temporaryDirectory, type Payloads } from '../../support/documents.ts';
import { startProvider, type Behaviour } from '../../support/openai-provider.ts';
import { portOf } from '../../support/servers.ts';
import { openSidecar } from '../../support/sidecar.ts';
import {
  answering,
  errorBody,
  startEntra,
  tokenBody,
  type TokenBehaviour,
} from '../identity/entra.ts';
import { hello, policies } from './support.ts';

const ASSERTION = 'header.assertion-of-the-pod.signature';
const TOKEN = 'header.token-of-the-provider.signature';

const provider = {
  name: 'azure',
  endpoint: 'https://mine.openai.azure.com/openai/v1',
  credential: 'workload-identity',
  workloadIdentity: {
    tenantId: '99999999-2222-3333-4444-555555555555',
    clientId: '11111111-2222-3333-4444-555555555555',
  },
} satisfies InferencePolicyPayload['providers'][number];

const payloads: Payloads = {
  ...policies,
  'inference-policy': {
    ...policies['inference-policy'],
    models: [{ provider: 'azure', deployment: 'small' }],
    providers: [provider],
  },
};

/** A router that calls a provider in Azure, with a key beside that nobody has asked for. */
async function start(tokens: TokenBehaviour, behaviour?: Behaviour) {
  const [entra, azure] = await Promise.all([startEntra(tokens), startProvider(behaviour)]);
  const sidecar = await openSidecar('router', payloads);
  const [identity, credentials] = ['identity', 'credentials'].map((name) => {
    const directory = join(temporaryDirectory(), name);
    mkdirSync(directory);
    return directory;
  });
  writeFileSync(join(identity ?? '', 'public'), ASSERTION);
  writeFileSync(join(credentials ?? '', 'azure'), 'sk-a-weaker-key');
  const upstream = new Upstream({
    credentials: credentials ?? '',
    identity: identity ?? '',
    endpoints: new Map([['azure', azure.endpoint]]),
    tokenEndpoints: new Map([['login.microsoftonline.com', entra.endpoint]]),
  });
  const app = createRouter({
    snapshot: () => sidecar.documents.snapshot(),
    recorder: sidecar.recorder,
    upstream,
    budget: new Budget(undefined, Ledger.open(':memory:')),
    governance: new Governance('reader'),
    auditFile: sidecar.auditFile,
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    await app.close();
    await upstream.close();
  });
  const post = () =>
    fetch(`http://127.0.0.1:${portOf(app.server)}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(hello),
    });
  return { post, sidecar, asked: azure.requests, exchanges: entra.requests };
}

/** Everything that a process has written. */
const written = async ({ sidecar }: Awaited<ReturnType<typeof start>>): Promise<string> =>
  JSON.stringify([sidecar.logged, await sidecar.audited()]);

describe('a provider with an identity', () => {
  it('is not called without a token, neither with a key that lies there', async () => {
    const router = await start(
      answering(401, errorBody('invalid_client', 700213, 'No matching record.')),
    );
    const answer = await router.post();
    expect(answer.status).toBe(503);
    const text = await answer.text();
    expect(text).toContain('KARS_CREDENTIAL_UNAVAILABLE');
    expect(text).toContain('invalid_client, AADSTS700213');
    expect(router.asked).toEqual([]);
    expect(await written(router)).not.toContain('assertion-of-the-pod');
  });

  it('is called with a token of its own scope, and with nothing else', async () => {
    const router = await start(answering(200, tokenBody(TOKEN)));
    expect((await router.post()).status).toBe(200);
    expect(router.asked[0]?.headers.authorization).toBe(`Bearer ${TOKEN}`);
    expect(router.exchanges[0]?.form).toMatchObject({
      client_id: provider.workloadIdentity.clientId,
      scope: 'https://cognitiveservices.azure.com/.default',
      client_assertion: ASSERTION,
    });
    const sent = JSON.stringify(router.asked);
    expect(sent).not.toContain('assertion-of-the-pod');
    expect(sent).not.toContain('sk-a-weaker-key');
    expect(await written(router)).not.toMatch(/assertion-of-the-pod|token-of-the-provider/);
  });

  it('makes one exchange for sixty calls at once', async () => {
    const router = await start(answering(200, tokenBody(TOKEN)));
    const answers = await Promise.all(Array.from({ length: 60 }, router.post));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 60 }, () => 200));
    expect(router.exchanges).toHaveLength(1);
  });

  it('does not get its token back to the agent', async () => {
    const repeating: Behaviour = ({ headers }, response) => {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: `bad ${headers.authorization ?? ''}` } }));
    };
    const router = await start(answering(200, tokenBody(TOKEN)), repeating);
    expect(await (await router.post()).text()).toContain('bad Bearer <credential>');
  });
});

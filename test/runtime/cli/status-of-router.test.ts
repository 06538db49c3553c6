import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labels, statusRecord, type StatusRecord } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory, writeDocuments, type Payloads } from '../../support/documents.ts';
import { kars } from '../../support/kars.ts';
import { startKubeApi } from '../../support/kube-api.ts';
import { startProvider, wellBehaved, type Behaviour } from '../../support/openai-provider.ts';
import { startRouterProcess } from '../../support/router-process.ts';
import { answering, startEntra, tokenBody, type TokenBehaviour } from '../identity/entra.ts';
import { refusing } from '../router/failover/support.ts';
import { hello } from '../router/support.ts';

const KEY = 'sk-of-the-key-4d1e';
const TOKEN = 'header.token-of-the-provider.signature';
const ASSERTION = 'header.assertion-of-the-pod.signature';

const payloads: Payloads = {
  'inference-policy': {
    models: [
      { provider: 'keyed', deployment: 'small' },
      { provider: 'azure', deployment: 'large' },
    ],
    providers: [
      { name: 'keyed', endpoint: 'https://models.example.com/v1', credential: 'bearer' },
      {
        name: 'azure',
        endpoint: 'https://mine.openai.azure.com/openai/v1',
        credential: 'workload-identity',
        workloadIdentity: {
          tenantId: '99999999-2222-3333-4444-555555555555',
          clientId: '11111111-2222-3333-4444-555555555555',
        },
      },
    ],
    maxTokensPerRequest: 100,
    budget: { dailyTokens: 1000 },
  },
};

/** A router in a cluster of one sandbox, which is called three times for each of its models. */
async function start(keyed: Behaviour, tokens: TokenBehaviour) {
  const root = temporaryDirectory();
  const [documents, credentials, identity] = ['documents', 'credentials', 'identity'].map((name) =>
    join(root, name),
  ) as [string, string, string];
  writeDocuments(documents, payloads);
  mkdirSync(credentials);
  writeFileSync(join(credentials, 'keyed'), KEY);
  mkdirSync(identity);
  writeFileSync(join(identity, 'public'), ASSERTION);
  const [provider, azure, entra] = await Promise.all([
    startProvider(keyed),
    startProvider(wellBehaved),
    startEntra(tokens),
  ]);
  const lines: string[] = [];
  const router = await startRouterProcess({
    documents,
    state: join(root, 'state'),
    args: [
      `--credentials=${credentials}`,
      `--identity=${identity}`,
      `--provider-endpoint=keyed=${provider.endpoint}`,
      `--provider-endpoint=azure=${azure.endpoint}`,
      `--token-endpoint=login.microsoftonline.com=${entra.endpoint}`,
    ],
    onRecord: (record) => lines.push(JSON.stringify(record)),
  });
  const call = (model: string) =>
    fetch(`${router.agent}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...hello, model }),
    });
  for (let count = 0; count < 3; count += 1) {
    await call('small');
    await call('large');
  }
  const api = await startKubeApi((path) => {
    if (path === '/api/v1/namespaces') return namespaces;
    if (path === '/api/v1/namespaces/kars-reader/pods') return { items: [pod] };
    if (path === '/api/v1/namespaces/kars-reader/pods/reader-1/log') return lines.join('\n');
    return undefined;
  });
  return {
    lines,
    api,
    status: async () => await (await fetch(`${router.status}/internal/status`)).json(),
    kars: (...args: string[]) => kars(['status', ...args, '--kubeconfig', api.kubeconfig]),
  };
}

const pod = {
  metadata: { name: 'reader-1', namespace: 'kars-reader' },
  status: {
    phase: 'Running',
    initContainerStatuses: [
      { name: 'router', state: { running: {} }, restartCount: 0, containerID: 'containerd://a' },
    ],
  },
};

const namespaceOf = (sandbox: string): object => ({
  metadata: {
    name: `kars-${sandbox}`,
    labels: { [labels.role]: 'sandbox', [labels.sandbox]: sandbox },
  },
});

const namespaces = { items: [namespaceOf('reader'), namespaceOf('forgotten')] };

const newestIn = (lines: readonly string[]): StatusRecord | undefined =>
  lines.flatMap((line) => statusRecord.safeParse(JSON.parse(line)).data ?? []).at(-1);

const SECRETS = /sk-of-the-key|token-of-the-provider|assertion-of-the-pod/;

describe('the status of a router', () => {
  it('has the open circuit and the fault of an identity, in its log and on the command line', async () => {
    const refused = answering(401, { error: 'invalid_client', error_codes: [700213] });
    const { lines, status, kars: karsStatus } = await start(refusing(503), refused);
    const fault =
      '[KARS_CREDENTIAL_UNAVAILABLE] the token endpoint answered with status 401 (invalid_client, AADSTS700213)';
    const circuits = [
      { provider: 'keyed', model: 'small', path: '/chat/completions', state: 'open' },
      { provider: 'azure', model: 'large', path: '/chat/completions', state: 'open' },
    ];
    const identities = [
      { provider: 'keyed', source: 'bearer', error: '' },
      { provider: 'azure', source: 'workload-identity', error: fault },
    ];
    expect(await status()).toMatchObject({ ready: true, circuits, identities });
    await expect.poll(() => newestIn(lines)?.circuits, { timeout: 5000 }).toMatchObject(circuits);
    expect(newestIn(lines)).toMatchObject({ identities });

    const text = await karsStatus('reader');
    expect(text.code).toBe(1);
    expect(text.stdout).toMatch(/keyed\/small +\/chat\/completions +open +20\d\d-/);
    expect(text.stdout).toContain(
      'router: /chat/completions of keyed/small is left alone after failures, until 20',
    );
    expect(text.stdout).toContain(`router: no credential for the provider azure: ${fault}`);
    const json = await karsStatus('reader', '--json');
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, circuits, identities });
    expect([...lines, text.stdout, json.stdout].join('\n')).not.toMatch(SECRETS);
  });

  it('has circuits, the end of a token and what is left of a budget where nothing is wrong', async () => {
    const {
      lines,
      kars: karsStatus,
      api,
    } = await start(wellBehaved, answering(200, tokenBody(TOKEN)));
    await expect
      .poll(() => newestIn(lines)?.identities?.at(-1)?.expires, { timeout: 5000 })
      .toBeDefined();
    const json = await karsStatus('reader', '--json');
    expect(json.code).toBe(0);
    const report = JSON.parse(json.stdout) as StatusRecord;
    expect(report).toMatchObject({
      ok: true,
      circuits: [{ state: 'closed' }, { state: 'closed' }],
      budget: [{ window: 'day', limit: 1000 }],
    });
    expect(Date.parse(report.identities?.at(-1)?.expires ?? '')).toBeGreaterThan(Date.now());
    const text = await karsStatus('reader');
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/azure +workload-identity +20\d\d-/);
    expect(text.stdout).toMatch(/day +\d+ +1000 +20\d\d-/);
    expect([...lines, json.stdout, text.stdout].join('\n')).not.toMatch(SECRETS);

    const all = await karsStatus();
    expect(all.code).toBe(1);
    expect(all.stdout).toMatch(/reader +kars-reader +ok +Running +sha256:/);
    expect(all.stdout).toMatch(/forgotten +kars-forgotten +failed +None/);
    expect(all.stdout).toContain('forgotten: the cluster cannot be read: there is no /api/v1/');
    const allJson = JSON.parse((await karsStatus('--json')).stdout) as object;
    expect(allJson).toMatchObject({
      ok: false,
      sandboxes: [
        { sandbox: 'forgotten', ok: false },
        { sandbox: 'reader', ok: true },
      ],
    });
    expect(api.asked.every((request) => request.startsWith('GET '))).toBe(true);
  });
});

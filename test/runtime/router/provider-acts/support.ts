import type { ProviderAct } from 'kars-constructs/contract';
import type { Payloads } from '../../../support/documents.ts';
import { startProvider, type ProviderRequest } from '../../../support/openai-provider.ts';
import { startRouter } from '../support.ts';
import { behaviourOf, caseOf } from '../surfaces/cases.ts';

/** An image in the egress of the sandbox. */
export const IMAGE = 'https://images.example.com/a.png';

/** Policies under which a provider may do this. */
export const policiesWith = (
  acts: readonly ProviderAct[],
  api: 'openai' | 'anthropic',
  change: object = {},
): Payloads => ({
  'inference-policy': {
    models: [{ provider: 'local', deployment: 'small' }],
    providers: [
      { name: 'local', endpoint: 'https://models.example.com/v1', credential: 'bearer', api },
    ],
    maxTokensPerRequest: 100,
    ...(acts.length === 0 ? {} : { providerReach: [...acts] }),
    ...change,
  },
  'tool-policy': { allowedTools: ['lookup'] },
  'egress-allowlist': {
    entries: [
      { host: 'images.example.com', port: 443 },
      { host: 'mcp.example.com', port: 443 },
    ],
  },
});

/** What came of a request. */
interface Asked {
  readonly status: number;
  /** Undefined where there was no error. */
  readonly code: unknown;
  /** What the provider got. */
  readonly requests: readonly ProviderRequest[];
}

/** Asks a surface under policies, of a provider that answers as it should. */
export async function ask(surface: string, policies: Payloads, body: object): Promise<Asked> {
  const one = caseOf(surface);
  const provider = await startProvider(behaviourOf(one));
  const router = await startRouter(provider.endpoint, policies);
  const answer = await fetch(router.url + one.path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ ...one.request, ...body }),
  });
  const { error } = (await answer.json()) as { error?: { code: unknown } };
  return { status: answer.status, code: error?.code, requests: provider.requests };
}

/** A request whose user says this. */
export const said = (...content: readonly object[]): object => ({
  messages: [{ role: 'user', content }],
});

/** A request with these items. */
export const input = (...items: readonly object[]): object => ({ input: items });

/** A request for a response whose user says this. */
export const user = (...content: readonly object[]): object => input({ role: 'user', content });

/** A request with these tools. */
export const tools = (...list: readonly object[]): object => ({ tools: list });

/** A tool of an MCP server in the egress of the sandbox. */
export const mcp = {
  type: 'mcp',
  server_label: 's',
  server_url: 'https://mcp.example.com/mcp',
  allowed_tools: ['lookup'],
};

/** The same server, as messages name it. */
export const server = { type: 'url', name: 's', url: 'https://mcp.example.com/mcp' };

/** Its tools, as messages name them. */
export const toolset = {
  type: 'mcp_toolset',
  mcp_server_name: 's',
  default_config: { enabled: false },
  configs: { lookup: { enabled: true } },
};

/** A request whose assistant has said this. */
export const blocks = (...content: readonly object[]): object => ({
  messages: [
    { role: 'user', content: 'a' },
    { role: 'assistant', content },
  ],
});

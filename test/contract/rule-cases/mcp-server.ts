import { bundleRef, casesOf, each } from './rule-case.ts';

const url = 'https://mcp.example.com/mcp';
const oauth = { issuer: 'https://login.example.com' };
const production = (changes: object): object => ({ productionMode: true, url, oauth, ...changes });

/** Cases for the rules of an McpServer. */
export const mcpServerCases = casesOf(
  'McpServer',
  {
    nothing: {},
    'everything that production needs': production({}),
    'plain http': { url: 'http://mcp.example.com/mcp', productionMode: false },
    'plain http, and null for production': {
      url: 'http://mcp.example.com/mcp',
      productionMode: null,
    },
    'an empty issuer': { oauth: { issuer: '' } },
    ...each(['S256', null], 'pkce', (pkce) => ({ oauth: { ...oauth, pkce } })),
    'a bundle, and who may use it': {
      bundleRef,
      allowedSandboxes: { matchLabels: { team: 'research' } },
      bearerFromEnv: 'TOKEN',
    },
    'a bundle and nulls': {
      bundleRef,
      url: null,
      oauth: null,
      productionMode: null,
      scopes: null,
      allowedTools: null,
      displayName: null,
    },
  },
  {
    'productionMode requires spec.oauth.issuer to be set': {
      'no oauth in production': { productionMode: true, url },
      'null for oauth in production': production({ oauth: null }),
      'an empty issuer in production': production({ oauth: { issuer: '' } }),
    },
    'productionMode requires spec.url to begin with https://': {
      'no address in production': { productionMode: true, oauth },
      'null for the address in production': production({ url: null }),
      'http in production': production({ url: 'http://mcp.example.com/mcp' }),
    },
    "spec.oauth.pkce, when set, must be 'S256' (RFC 7636 §4.2)": each(
      ['plain', 's256', ''],
      'pkce',
      (pkce) => ({ oauth: { ...oauth, pkce } }),
    ),
    'spec.bundleRef is mutually exclusive with spec.url, spec.oauth, spec.productionMode, spec.scopes, spec.allowedTools, and spec.displayName':
      each(
        Object.entries({
          url: '',
          oauth,
          productionMode: false,
          scopes: [],
          allowedTools: [],
          displayName: '',
        }),
        'a bundle and',
        ([name, value]) => ({ bundleRef, [name]: value }),
      ),
  },
);

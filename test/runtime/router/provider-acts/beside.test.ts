import type { ProviderAct } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { caseOf } from '../surfaces/cases.ts';
import { ask, blocks, input, mcp, policiesWith, server, tools, toolset } from './support.ts';

const EVIL = 'http://evil.example/';

const told = (item: object): object => input({ id: 'c', ...item });

const found = (content: unknown): object =>
  blocks({ type: 'mcp_tool_result', tool_use_id: 'a', content });

/** Each by the act that is named, and past what that lets a provider do. */
const attacks: readonly [what: string, surface: string, act: ProviderAct, body: object][] = [
  [
    'no tool of a server, which is all to some',
    'responses',
    'Mcp',
    tools({ ...mcp, allowed_tools: [] }),
  ],
  ['a filter of no tool', 'responses', 'Mcp', tools({ ...mcp, allowed_tools: { tool_names: [] } })],
  [
    'a filter with another member',
    'responses',
    'Mcp',
    tools({ ...mcp, allowed_tools: { tool_names: ['lookup'], Tool_Names: ['drop'] } }),
  ],
  [
    'more tools than anybody lists',
    'responses',
    'Mcp',
    tools({ ...mcp, allowed_tools: Array.from({ length: 1025 }, () => 'lookup') }),
  ],
  [
    'a choice of another tool of a server',
    'responses',
    'Mcp',
    { ...tools(mcp), tool_choice: { type: 'mcp', server_label: 's', name: 'drop' } },
  ],
  [
    'a choice among more tools than there may be',
    'responses',
    'Mcp',
    {
      tool_choice: {
        type: 'allowed_tools',
        mode: 'auto',
        tools: Array.from({ length: 1025 }, () => ({ type: 'function', name: 'lookup' })),
      },
    },
  ],
  [
    'another host behind that of a server',
    'responses',
    'Mcp',
    tools({ ...mcp, headers: { Host: 'evil.example' } }),
  ],
  ['a header that is no text', 'responses', 'Mcp', tools({ ...mcp, headers: { a: ['b'] } })],
  ['a server without a toolset', 'messages', 'Mcp', { mcp_servers: [server] }],
  [
    'a second server without a toolset',
    'messages',
    'Mcp',
    { mcp_servers: [server, { ...server, name: 't' }], ...tools(toolset) },
  ],
  [
    'tools of a set as a list',
    'messages',
    'Mcp',
    { mcp_servers: [server], ...tools({ ...toolset, configs: [{ name: 'drop' }] }) },
  ],
  [
    'a set that is off in one reading',
    'messages',
    'Mcp',
    {
      mcp_servers: [server],
      ...tools({ ...toolset, default_config: { enabled: false, Enabled: true } }),
    },
  ],
  [
    'a kept container',
    'responses',
    'CodeExecution',
    tools({ type: 'code_interpreter', container: 'cntr_1' }),
  ],
  [
    'a container that is a list',
    'responses',
    'CodeExecution',
    tools({ type: 'code_interpreter', container: [{ file_ids: ['f'] }] }),
  ],
  ['a kept container of messages', 'messages', 'CodeExecution', { container: 'container_1' }],
  [
    'a container with skills',
    'messages',
    'CodeExecution',
    { container: { skills: [{ skill_id: 'pptx' }] } },
  ],
  [
    'a schema by URL among the tools of a server',
    'responses',
    'Mcp',
    told({
      type: 'mcp_list_tools',
      server_label: 's',
      tools: [{ name: 'lookup', input_schema: { $ref: EVIL } }],
    }),
  ],
  [
    'other tools among those of a server',
    'responses',
    'Mcp',
    told({
      type: 'mcp_list_tools',
      server_label: 's',
      tools: [{ name: 'drop', input_schema: {} }],
    }),
  ],
  [
    'tools of a server without names',
    'responses',
    'Mcp',
    told({ type: 'mcp_list_tools', server_label: 's', tools: ['drop'] }),
  ],
  [
    'the approval of another tool',
    'responses',
    'Mcp',
    told({ type: 'mcp_approval_request', server_label: 's', name: 'drop', arguments: '{}' }),
  ],
  [
    'outputs of code that are no list',
    'responses',
    'CodeExecution',
    told({ type: 'code_interpreter_call', outputs: { 0: { url: EVIL } } }),
  ],
  [
    'outputs of code in a list of lists',
    'responses',
    'CodeExecution',
    told({ type: 'code_interpreter_call', outputs: [[{ url: EVIL }]] }),
  ],
  [
    'an output of code by another member',
    'responses',
    'CodeExecution',
    told({ type: 'code_interpreter_call', outputs: [{ type: 'image', image_url: EVIL }] }),
  ],
  [
    'an output of a server that is no text',
    'responses',
    'Mcp',
    told({ type: 'mcp_call', name: 'lookup', output: [{ type: 'input_image', image_url: EVIL }] }),
  ],
  [
    'a source that is a list',
    'messages',
    'Mcp',
    found([{ type: 'image', source: [{ type: 'url', url: EVIL }] }]),
  ],
  ['a source that is a text', 'messages', 'Mcp', found([{ type: 'image', source: EVIL }])],
  [
    'a kept file in a result',
    'messages',
    'Mcp',
    found([{ type: 'container_upload', file_id: 'f' }]),
  ],
  [
    'an image in the form of chat',
    'messages',
    'Mcp',
    found([{ type: 'image_url', image_url: { url: EVIL } }]),
  ],
  [
    'a release of a tool that runs code',
    'messages',
    'WebSearch',
    tools({ type: 'web_search_20260318', name: 'web_search' }),
  ],
  [
    'annotations with parts',
    'chat',
    'WebSearch',
    {
      messages: [
        {
          role: 'assistant',
          content: [{ type: 'text', text: 'a', annotations: [{ type: 'file', file: {} }] }],
        },
      ],
    },
  ],
];

describe('what a provider may do for the agent', () => {
  it.each(attacks)('is not %s, in %s, by %s', async (_what, surface, act, body) => {
    const { api } = caseOf(surface);
    const { status, requests } = await ask(surface, policiesWith([act], api), body);
    expect([400, 403]).toContain(status);
    expect(requests).toHaveLength(0);
  });

  it('is no call of a server where the egress has its host to read from alone', async () => {
    const policies = {
      ...policiesWith(['Mcp'], 'openai'),
      'egress-allowlist': {
        entries: [{ host: 'mcp.example.com', port: 80, http: { methods: ['GET' as const] } }],
      },
    };
    const body = tools({ ...mcp, server_url: 'http://mcp.example.com/mcp' });
    const { code, requests } = await ask('responses', policies, body);
    expect(code).toBe('KARS_EGRESS_REQUEST_NOT_ALLOWED');
    expect(requests).toHaveLength(0);
  });

  it('takes the headers of an MCP server that are its own', async () => {
    const body = tools({ ...mcp, headers: { authorization: 'Bearer a', 'x-team': 'b' } });
    expect((await ask('responses', policiesWith(['Mcp'], 'openai'), body)).status).toBe(200);
  });
});

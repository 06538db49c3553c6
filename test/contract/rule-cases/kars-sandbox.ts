import { casesOf, each } from './rule-case.ts';

const own = { image: 'registry.example.com/agent:1', contractVersion: 'v1' };

/** Kind of runtime, its block, and a block that is complete. */
const runtimes: readonly (readonly [kind: string, block: string, complete: object])[] = [
  ['OpenClaw', 'openclaw', {}],
  ['OpenAIAgents', 'openaiAgents', {}],
  ['MicrosoftAgentFramework', 'microsoftAgentFramework', {}],
  ['SemanticKernel', 'semanticKernel', {}],
  ['LangGraph', 'langGraph', {}],
  ['Anthropic', 'anthropic', {}],
  ['PydanticAi', 'pydanticAi', {}],
  ['Hermes', 'hermes', {}],
  ['BYO', 'byo', own],
];
const withCode = runtimes.filter(([, block]) => !['openclaw', 'byo'].includes(block));

const sandbox = (changes: object): object => ({
  runtime: { kind: 'BYO', byo: own },
  sandbox: {},
  inferenceRef: { name: 'models' },
  ...changes,
});
const runtime = (kind: string, blocks: object): object => sandbox({ runtime: { kind, ...blocks } });
const governance = (members: object): object => sandbox({ governance: members });
const servers = (...names: string[]): object =>
  governance({ mcpServerRefs: names.map((name) => ({ name })) });
const endpoint = (entry: object): object =>
  sandbox({ networkPolicy: { allowedEndpoints: [{ host: 'a.example.com' }, entry] } });
const hardened = (members: object): object => sandbox({ sandbox: members });
const mode = (egressMode: string | null): object => sandbox({ networkPolicy: { egressMode } });

const oci = { image: 'registry.example.com/code:1' };
const git = { url: 'https://git.example.com/agent' };
const code = (kind: string, block: string, agentCode: object): object =>
  runtime(kind, { [block]: { agentCode } });

const blockRefusals = Object.fromEntries(
  runtimes.map(([kind, block, complete]) => {
    const [other = 'BYO', otherBlock = 'byo', otherComplete = own] =
      runtimes.find(([name]) => name !== kind) ?? [];
    return [
      `spec.runtime.${block} must be set iff kind is ${kind}`,
      {
        [`${kind} and no block`]: runtime(kind, {}),
        [`${kind} and null for its block`]: runtime(kind, { [block]: null }),
        [`${other} and the block of ${kind}`]: runtime(other, {
          [otherBlock]: otherComplete,
          [block]: complete,
        }),
      },
    ];
  }),
);

const codeRefusals = Object.fromEntries(
  withCode.map(([kind, block]) => [
    `spec.runtime.${block}.agentCode must set exactly one of \`oci\` or \`git\``,
    {
      [`no code for ${kind}`]: code(kind, block, {}),
      [`code for ${kind} twice`]: code(kind, block, { oci, git }),
      [`null for the code of ${kind}`]: code(kind, block, { oci: null }),
    },
  ]),
);

/** Cases for the rules of a KarsSandbox. */
export const karsSandboxCases = casesOf(
  'KarsSandbox',
  {
    ...each(runtimes, 'runtime', ([kind, block, complete]) => runtime(kind, { [block]: complete })),
    ...each(withCode, 'code in an image for', ([kind, block]) => code(kind, block, { oci })),
    ...each(withCode, 'code in git for', ([kind, block]) => code(kind, block, { git, oci: null })),
    'a Foundry agent': sandbox({ runtime: { kind: 'OpenClaw', openclaw: {} }, agent: {} }),
    'null for the Foundry agent': sandbox({ agent: null }),
    'empty governance': governance({}),
    'governance with a policy': governance({ enabled: true, toolPolicyRef: { name: 'tools' } }),
    'a policy, and governance off': governance({ enabled: false, toolPolicyRef: {} }),
    ...each([0, 1000, null], 'threshold', (trustThreshold) => governance({ trustThreshold })),
    'one MCP server': governance({ mcpServerRef: { name: 'a' }, mcpServerRefs: [] }),
    'eight MCP servers': servers('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
    'a memory': sandbox({ memoryRef: { name: 'notes' } }),
    ...each(['Strict', 'Learn', null], 'egress', mode),
    'a range': endpoint({ cidr: '10.20.0.0/28', port: 443 }),
    'a range of IPv6, and null for the host': endpoint({ host: null, cidr: 'fd12::/64' }),
    'a host, and null for the range': endpoint({ host: 'b.example.com', cidr: null }),
    'ports of sidecars': hardened({ connectPorts: 'Sidecars' }),
    'ports of sidecars and a Landlock that has ports': hardened({
      isolation: 'confidential',
      connectPorts: 'Sidecars',
      minLandlockAbi: 4,
    }),
    'the first Landlock and any port': hardened({ connectPorts: 'Any', minLandlockAbi: 1 }),
    'any port without Landlock': hardened({ isolation: 'standard', connectPorts: 'Any' }),
    'null for ports and Landlock': hardened({ connectPorts: null, minLandlockAbi: null }),
  },
  {
    'spec.agent (Foundry agent) is incompatible with spec.runtime.kind=BYO; BYO runtimes own their own inference + agent loop':
      { 'a Foundry agent beside an own runtime': sandbox({ agent: {} }) },
    "spec.governance.toolPolicyRef.name must be a same-namespace name (no '/' or ':' separators); cross-namespace refs are forbidden":
      each(['other/tools', 'other:tools'], 'policy', (name) =>
        governance({ toolPolicyRef: { name } }),
      ),
    'spec.sandbox.connectPorts=Sidecars and minLandlockAbi need isolation=enhanced or confidential; standard starts the agent without Landlock':
      {
        'ports of sidecars without Landlock': hardened({
          isolation: 'standard',
          connectPorts: 'Sidecars',
        }),
        'a version of no Landlock': hardened({ isolation: 'standard', minLandlockAbi: 6 }),
      },
    'spec.sandbox.connectPorts=Sidecars needs minLandlockAbi of 4 or more, where Landlock has rules about ports':
      {
        'ports of sidecars and a Landlock without ports': hardened({
          connectPorts: 'Sidecars',
          minLandlockAbi: 3,
        }),
      },
    ...blockRefusals,
    ...codeRefusals,
    'spec.inferenceRef.name must not be empty': {
      'an empty policy name': sandbox({ inferenceRef: { name: '' } }),
    },
    'spec.memoryRef.name must not be empty': {
      'an empty memory name': sandbox({ memoryRef: { name: '' } }),
    },
    'spec.governance.toolPolicyRef.name must be set when governance.enabled=true': {
      'governance without a policy': governance({ enabled: true }),
      'governance with null for a policy': governance({ enabled: true, toolPolicyRef: null }),
      'governance with a policy without a name': governance({ enabled: true, toolPolicyRef: {} }),
    },
    'spec.governance.trustThreshold must be in the range [0, 1000]': each(
      [-1, 1001],
      'threshold',
      (trustThreshold) => governance({ trustThreshold }),
    ),
    'spec.governance.mcpServerRef (singular, deprecated) and spec.governance.mcpServerRefs (plural) are mutually exclusive — use only one':
      {
        'both references': governance({ mcpServerRef: {}, mcpServerRefs: [{ name: 'a' }] }),
      },
    'spec.governance.mcpServerRefs entries must be unique by name': {
      'an MCP server twice': servers('a', 'b', 'a'),
      'an MCP server without a name': governance({ mcpServerRefs: [{}] }),
    },
    'spec.networkPolicy.allowedEndpoints[*] must set exactly one of `host` or `cidr`': {
      'an endpoint without host and range': endpoint({ port: 443 }),
      'an endpoint with host and range': endpoint({ host: 'b.example.com', cidr: '10.20.0.0/28' }),
      'an endpoint with null for both': endpoint({ host: null, cidr: null }),
    },
    'spec.networkPolicy.egressMode must be one of: Strict, Learn': each(
      ['', 'strict', 'Approval'],
      'egress',
      mode,
    ),
  },
);

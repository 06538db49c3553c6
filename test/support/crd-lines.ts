import { readFileSync } from 'node:fs';
import { customResourceDefinition, type KindDefinition } from 'kars-constructs/contract';

type Node = Readonly<Record<string, unknown>>;

const DNS_SUBDOMAIN = '^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$';

/**
 * What each `@` line of a table stands for: shapes that several kinds share. `req` and `N` mean required and
 * nullable, `=` a default, `dns` the pattern of a DNS subdomain.
 */
const shared: Readonly<Record<string, (argument: string) => readonly string[]>> = {
  oci: (path) => [
    `${path} object N`,
    ...['registry', 'repository', 'digest', 'artifactType'].map(
      (name) => `${path}.${name} string req`,
    ),
  ],
  framework: (block) => {
    const root = `spec.runtime.${block}`;
    return [
      `${root}.agentCode object`,
      `${root}.agentCode.oci object`,
      `${root}.agentCode.oci.image string req`,
      `${root}.agentCode.git object`,
      `${root}.agentCode.git.url string req`,
      `${root}.agentCode.git.ref string`,
      `${root}.agentCode.git.path string`,
      `${root}.entrypoint list<string>`,
      `${root}.extraEnv open`,
    ];
  },
  status: () => [
    'status.phase string N',
    'status.observedGeneration integer:int64 N',
    'status.conditions list<object> N',
    ...['type', 'status', 'reason', 'message'].map(
      (name) => `status.conditions[].${name} string req`,
    ),
    'status.conditions[].lastTransitionTime string:date-time req',
    'status.conditions[].observedGeneration integer:int64',
  ],
};

/** The definition of a kind in kars v0.1.x, one line a fact, sorted. */
export function linesOfTable({ kind }: KindDefinition): string[] {
  const file = new URL(`../contract/kars-v0.1/${kind}.txt`, import.meta.url);
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [name = '', argument = ''] = line.split(' ');
      return name.startsWith('@') ? (shared[name.slice(1)]?.(argument) ?? [line]) : [line];
    })
    .sort();
}

interface Version {
  readonly additionalPrinterColumns: readonly {
    readonly name: string;
    readonly type: string;
    readonly jsonPath: string;
    readonly priority?: number;
  }[];
  readonly schema: { readonly openAPIV3Schema: Node };
}

interface DefinitionSpec {
  readonly names: { readonly plural: string; readonly shortNames: readonly string[] };
  readonly scope: string;
  readonly versions: readonly [Version];
}

/** The definition of a kind here, in the same form. */
export function linesOfDefinition(definition: KindDefinition): string[] {
  const { names, scope, versions } = customResourceDefinition(definition)['spec'] as DefinitionSpec;
  const [{ additionalPrinterColumns, schema }] = versions;
  const root = schema.openAPIV3Schema;
  const needsSpec = membersOf(root, 'required').includes('spec');
  const { spec, status } = root['properties'] as { readonly spec: Node; readonly status: Node };
  return [
    `kind ${names.plural} ${names.shortNames.join(',')} ${scope} spec-${needsSpec ? 'required' : 'optional'}`,
    ...additionalPrinterColumns
      .filter(({ name }) => name !== 'Age')
      .map(({ name, type, jsonPath, priority }) =>
        words('column', name, type, jsonPath, priority === undefined ? '' : `priority ${priority}`),
      ),
    ...linesOfNode(spec, 'spec', false),
    ...linesOfNode(status, 'status', false).filter((line) => !line.startsWith('status object')),
  ].sort();
}

function linesOfNode(node: Node, path: string, required: boolean): string[] {
  const items = node['items'] as Node | undefined;
  const members = items ?? node;
  const below = items === undefined ? path : `${path}[]`;
  const mandatory = membersOf(members, 'required');
  return [
    words(
      path,
      typeOf(node),
      required ? 'req' : '',
      node['nullable'] === true ? 'N' : '',
      limits(node),
    ),
    ...Object.entries((members['properties'] ?? {}) as Record<string, Node>).flatMap(
      ([name, child]) => linesOfNode(child, `${below}.${name}`, mandatory.includes(name)),
    ),
  ];
}

function typeOf(node: Node): string {
  if (node['items'] !== undefined) return `list<${typeOf(node['items'] as Node)}>`;
  if (node['x-kubernetes-preserve-unknown-fields'] === true) return 'open';
  const values = node['additionalProperties'];
  if (values !== undefined) return `map<${typeOf(values as Node)}>`;
  const { type, format } = node as { readonly type: string; readonly format?: string };
  return format === undefined ? type : `${type}:${format}`;
}

function limits(node: Node): string {
  const unsigned = String(node['format']).startsWith('uint');
  const named = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minimum', 'maximum']
    .filter((name) => node[name] !== undefined && !(name === 'minimum' && unsigned))
    .map((name) => `${name} ${String(node[name])}`);
  const pattern = node['pattern'] as string | undefined;
  return words(
    node['default'] === undefined ? '' : `=${JSON.stringify(node['default'])}`,
    node['enum'] === undefined ? '' : `{${membersOf(node, 'enum').join('|')}}`,
    ...named,
    pattern === undefined ? '' : pattern === DNS_SUBDOMAIN ? 'dns' : `pattern ${pattern}`,
  );
}

const membersOf = (node: Node, name: string): readonly string[] =>
  (node[name] ?? []) as readonly string[];

const words = (...all: readonly string[]): string => all.filter((word) => word !== '').join(' ');

import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kinds } from 'kars-constructs/contract';
import { linesOfDefinition, linesOfTable } from '../support/crd-lines.ts';

/** Where a definition is not that of kars v0.1.x; everything else is the same, line by line. */
const deviations: Readonly<Record<string, { readonly theirs: string[]; readonly ours: string[] }>> =
  {
    KarsSandbox: {
      theirs: [
        'spec.networkPolicy.allowedEndpoints[].host string req',
        'spec.networkPolicy.allowedEndpoints[].port integer req',
        'spec.networkPolicy.egressMode string ="Learn" {Strict|Learn}',
        String.raw`spec.sandbox.selinuxContext string ="\\\"\\\""`,
      ],
      ours: [
        'spec.networkPolicy.allowedEndpoints[].cidr string maxLength 64',
        'spec.networkPolicy.allowedEndpoints[].endPort integer',
        'spec.networkPolicy.allowedEndpoints[].host string',
        'spec.networkPolicy.allowedEndpoints[].http object',
        'spec.networkPolicy.allowedEndpoints[].http.methods list<string> minItems 1 maxItems 7',
        'spec.networkPolicy.allowedEndpoints[].http.pathPrefixes list<string> minItems 1 maxItems 64',
        'spec.networkPolicy.allowedEndpoints[].http.upgrade list<string> maxItems 1',
        'spec.networkPolicy.allowedEndpoints[].port integer',
        'spec.networkPolicy.allowedEndpoints[].protocol string {tls|http|tcp}',
        'spec.networkPolicy.approvals object',
        'spec.networkPolicy.approvals.maxSeconds integer minimum 0 maximum 604800',
        'spec.networkPolicy.approvals.ports list<integer> maxItems 64',
        'spec.networkPolicy.blockedHosts list<string> maxItems 10000',
        'spec.networkPolicy.egressMode string N',
        'spec.networkPolicy.encryptedHello string {Refuse|Outer}',
        'spec.networkPolicy.learn object',
        'spec.networkPolicy.learn.ports list<integer> minItems 1 maxItems 64',
        'spec.networkPolicy.learn.until string req maxLength 32',
        'spec.sandbox.connectPorts string {Any|Sidecars}',
        'spec.sandbox.hostUsers boolean',
        'spec.sandbox.minLandlockAbi integer minimum 1',
        'spec.sandbox.runtimeClassName string maxLength 253 dns',
        'spec.sandbox.selinuxContext string =""',
      ],
    },
    EgressApproval: { theirs: ['spec.ttl string req'], ours: ['spec.ttl string'] },
    InferencePolicy: {
      theirs: [],
      ours: [
        'spec.contentSafety.streaming string {Buffer|Window|Audit}',
        'spec.modelPreference.fallback[].alias string minLength 1 maxLength 256',
        'spec.modelPreference.fallback[].api string {responses}',
        'spec.modelPreference.fallback[].fallbacks list<object> maxItems 8',
        'spec.modelPreference.fallback[].fallbacks[].api string {responses}',
        'spec.modelPreference.fallback[].fallbacks[].deployment string req',
        'spec.modelPreference.fallback[].fallbacks[].provider string req',
        'spec.modelPreference.primary.alias string minLength 1 maxLength 256',
        'spec.modelPreference.primary.api string {responses}',
        'spec.modelPreference.primary.fallbacks list<object> maxItems 8',
        'spec.modelPreference.primary.fallbacks[].api string {responses}',
        'spec.modelPreference.primary.fallbacks[].deployment string req',
        'spec.modelPreference.primary.fallbacks[].provider string req',
        'spec.tokenBudget.hourlyTokens integer:uint64 N',
        'spec.tokenBudget.uncountedInputTokens integer:uint64 N',
      ],
    },
  };

/** Members of a spec that kars v0.1.x does not have; a manifest of it carries none of them, and they are optional. */
const added: Readonly<Record<string, readonly string[]>> = {
  KarsSandbox: [
    'egressLimits',
    'extraCa',
    'inbound',
    'lifecycle',
    'parentProxy',
    'probes',
    'proxyEnv',
    'pullSecrets',
    'scheduling',
    'secrets',
    'state',
    'workload',
    'workspace',
  ],
  EgressApproval: ['approvedAt', 'expiresAt'],
  InferencePolicy: ['callLimits', 'providerReach', 'providers'],
  ToolPolicy: ['allowedTools'],
};

describe.each(kinds)('the definition of $kind', (definition) => {
  const theirs = linesOfTable(definition);
  const ours = linesOfDefinition(definition);
  const expected = deviations[definition.kind] ?? { theirs: [], ours: [] };

  it('is that of kars v0.1.x, deliberate deviations aside', () => {
    expect({
      theirs: theirs.filter((line) => !ours.includes(line)),
      ours: ours.filter((line) => !theirs.includes(line) && !isAdded(definition.kind, line)),
    }).toEqual(expected);
  });

  it('has the members that were added, all optional', () => {
    for (const name of added[definition.kind] ?? []) {
      const [root] = ours.filter((line) => line.startsWith(`spec.${name} `));
      expect(root).toBeDefined();
      expect(root).not.toMatch(/ req( |$)/);
    }
  });

  it('has no deviation that the page does not name', () => {
    const page = readFileSync('docs/reference/deviations.md', 'utf8');
    const paths = [
      ...[...expected.theirs, ...expected.ours].map(pathOf),
      ...(added[definition.kind] ?? []),
    ];
    expect(paths.filter((path) => !page.includes(`\`${path}\``))).toEqual([]);
  });

  it('has each of its members once', () => {
    expect(new Set(ours).size).toBe(ours.length);
    expect(new Set(theirs).size).toBe(theirs.length);
  });
});

const pathOf = (line: string): string => (line.split(' ')[0] ?? '').replace('spec.', '');

const isAdded = (kind: string, line: string): boolean =>
  (added[kind] ?? []).includes(/^spec\.([A-Za-z]+)/.exec(line)?.[1] ?? '');

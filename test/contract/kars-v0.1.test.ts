import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kinds } from 'kars-constructs/contract';
import { linesOfDefinition, linesOfTable } from '../support/crd-lines.ts';

/** Where a definition is not that of kars v0.1.x; everything else is the same, line by line. */
const deviations: Readonly<Record<string, { readonly theirs: string[]; readonly ours: string[] }>> =
  {
    KarsSandbox: {
      theirs: [
        'spec.networkPolicy.allowedEndpoints[].port integer req',
        'spec.networkPolicy.egressMode string ="Learn" {Strict|Learn}',
        String.raw`spec.sandbox.selinuxContext string ="\\\"\\\""`,
      ],
      ours: [
        'spec.inbound list<object> maxItems 32',
        'spec.inbound[].namespace string req maxLength 253 dns',
        'spec.inbound[].podLabels map<string>',
        'spec.inbound[].port integer req minimum 1 maximum 65535',
        'spec.networkPolicy.allowedEndpoints[].port integer',
        'spec.networkPolicy.egressMode string N',
        'spec.sandbox.selinuxContext string =""',
        'spec.state object',
        'spec.state.mode string req {Persistent|Ephemeral}',
        'spec.state.size string maxLength 32',
        'spec.state.storageClassName string maxLength 253 dns',
      ],
    },
    InferencePolicy: {
      theirs: [],
      ours: [
        'spec.providers list<object> maxItems 16',
        'spec.providers[].credentialSecretRef object',
        'spec.providers[].credentialSecretRef.key string req minLength 1 maxLength 253',
        'spec.providers[].credentialSecretRef.name string req maxLength 253 dns',
        'spec.providers[].endpoint string req maxLength 2048',
        'spec.providers[].name string req maxLength 253 dns',
      ],
    },
    ToolPolicy: { theirs: [], ours: ['spec.allowedTools list<string> maxItems 1024'] },
  };

describe.each(kinds)('the definition of $kind', (definition) => {
  const theirs = linesOfTable(definition);
  const ours = linesOfDefinition(definition);
  const expected = deviations[definition.kind] ?? { theirs: [], ours: [] };

  it('is that of kars v0.1.x, deliberate deviations aside', () => {
    expect({
      theirs: theirs.filter((line) => !ours.includes(line)),
      ours: ours.filter((line) => !theirs.includes(line)),
    }).toEqual(expected);
  });

  it('has no deviation that the page does not name', () => {
    const page = readFileSync('docs/reference/deviations.md', 'utf8');
    const paths = [...expected.theirs, ...expected.ours].map((line) => nameOnPage(line));
    expect(paths.filter((path) => !page.includes(`\`${path}\``))).toEqual([]);
  });

  it('has each of its members once', () => {
    expect(new Set(ours).size).toBe(ours.length);
    expect(new Set(theirs).size).toBe(theirs.length);
  });
});

/** A changed field by its path, an added one by the member of the spec that was added. */
function nameOnPage(line: string): string {
  const path = (line.split(' ')[0] ?? '').replace('spec.', '');
  const [root = ''] = path.split(/[.[]/);
  return ['state', 'inbound', 'providers', 'allowedTools'].includes(root) ? root : path;
}

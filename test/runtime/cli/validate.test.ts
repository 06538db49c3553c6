import { describe, expect, it } from 'vitest';
import { validateText } from '../../../runtime/cli/commands/validate.ts';

const policy = (name: string, spec = '{}'): string =>
  `{apiVersion: kars.azure.com/v1alpha1, kind: InferencePolicy, metadata: {name: ${name}}, spec: ${spec}}`;

const VALID = '{appliesTo: {}}';

describe('a text of manifests', () => {
  it('is checked document by document, empty ones aside', () => {
    const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}';
    const text = ['null', policy('a', VALID), pod, policy('b')].join('\n---\n');
    expect(validateText('f', text)).toMatchObject([
      { file: 'f', document: 2, kind: 'InferencePolicy', name: 'a', status: 'valid', problems: [] },
      { document: 3, kind: 'Pod', name: 'p', status: 'skipped' },
      { document: 4, name: 'b', status: 'invalid', problems: [{ path: 'spec.appliesTo' }] },
    ]);
  });

  it('is checked item by item where it is a list', () => {
    const text = `{apiVersion: v1, kind: List, items: [${policy('a', VALID)}, ${policy('b')}]}`;
    expect(validateText('f', text)).toMatchObject([
      { document: 1, name: 'a', status: 'valid' },
      {
        document: 1,
        name: 'b',
        status: 'invalid',
        problems: [{ path: 'items[1].spec.appliesTo' }],
      },
    ]);
  });

  it.each([
    [
      'a kind that is misspelt',
      policy('a').replace('InferencePolicy', 'InferencePolcy'),
      'got InferencePolcy',
    ],
    ['another version', policy('a', VALID).replace('v1alpha1', 'v1'), 'apiVersion'],
    ['no metadata', policy('a', VALID).replace('{name: a}', 'null'), 'metadata'],
    ['a number for apiVersion', 'apiVersion: 5\nkind: Pod', 'got no apiVersion and kind'],
    ['plain text', 'hello', 'supply a Kubernetes object'],
    ['a list without a kind', '[1]', 'supply a Kubernetes object'],
    ['a key twice', 'a: 1\na: 2', 'Map keys must be unique'],
    ['aliases without end', bomb(), 'Excessive alias count'],
  ])('with %s is refused', (_what, text, expected) => {
    const [finding] = validateText('f', text);
    expect(finding?.status).toBe('invalid');
    expect(finding?.problems[0]?.code).toBe('KARS_MANIFEST_INVALID');
    expect(JSON.stringify(finding?.problems)).toContain(expected);
  });
});

/** Each list holds the one before it ten times. */
function bomb(): string {
  const level = (index: number): string =>
    `l${index}: &l${index} [${Array.from({ length: 10 }, () => `*l${index - 1}`).join(', ')}]`;
  return ['l0: &l0 x', ...Array.from({ length: 8 }, (_, index) => level(index + 1))].join('\n');
}

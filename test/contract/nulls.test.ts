import { describe, expect, it } from 'vitest';
import { inferencePolicy, karsSandbox, kinds, validateManifest } from 'kars-constructs/contract';
import { withoutDroppedNulls } from '../../lib/contract/nulls.ts';

const spec = {
  runtime: { kind: 'BYO', byo: { image: 'registry.example.com/agent:1', contractVersion: 'v1' } },
  sandbox: {},
  inferenceRef: { name: 'models' },
};

const manifest = (changes: object): object => ({
  apiVersion: 'kars.azure.com/v1alpha1',
  kind: 'KarsSandbox',
  metadata: { name: 'reader' },
  spec: { ...spec, ...changes },
});

describe('a null', () => {
  it('in a field with a default gives the default', () => {
    const result = validateManifest(karsSandbox, manifest({ sandbox: { isolation: null } }));
    expect(result).toMatchObject({ ok: true, value: { sandbox: { isolation: 'enhanced' } } });
  });

  it.each(['memoryRef', 'agent', 'governance', 'networkPolicy', 'resources', 'suspended', 'state'])(
    'in the optional field %s counts as absent',
    (name) => {
      const result = validateManifest(karsSandbox, manifest({ [name]: null }));
      expect(result.ok ? result.value : result.problems).not.toHaveProperty(name);
    },
  );

  it('in a nullable field stays', () => {
    const result = validateManifest(inferencePolicy, {
      apiVersion: 'kars.azure.com/v1alpha1',
      kind: 'InferencePolicy',
      metadata: { name: 'models' },
      spec: { appliesTo: { sandboxMatchLabels: { team: null } }, displayName: null },
    });
    expect(result).toEqual({
      ok: true,
      value: { appliesTo: { sandboxMatchLabels: {} }, displayName: null },
    });
  });

  it.each(['runtime', 'sandbox', 'inferenceRef'])('in the required field %s is refused', (name) => {
    const result = validateManifest(karsSandbox, manifest({ [name]: null }));
    expect(result).toMatchObject({ ok: false, problems: [{ path: `spec.${name}` }] });
  });

  it('in a list is refused', () => {
    const changes = { networkPolicy: { allowedEndpoints: [null] } };
    expect(validateManifest(karsSandbox, manifest(changes))).toMatchObject({
      ok: false,
      problems: [{ path: 'spec.networkPolicy.allowedEndpoints[0]' }],
    });
  });

  it('is looked for no deeper than schemas go, so that depth does not end the process', () => {
    let requests: object = { a: null };
    for (let depth = 0; depth < 100_000; depth += 1) requests = { a: requests };
    const changes = { resources: { requests }, suspended: null };
    expect(validateManifest(karsSandbox, manifest(changes)).ok).toBe(true);
  });

  it('instead of a spec is absence, which only some kinds allow', () => {
    const accepting = kinds.filter((definition) => {
      const { kind } = definition;
      const object = { apiVersion: 'kars.azure.com/v1alpha1', kind, metadata: {}, spec: null };
      return validateManifest(definition, object).ok;
    });
    expect(accepting.map(({ kind }) => kind)).toEqual(['KarsSandbox']);
  });

  it('below an object of unknown form is left alone, and so are names of inherited members', () => {
    const node = { properties: { open: { type: 'object' } } };
    const value = JSON.parse('{"open":{"a":null},"constructor":null,"__proto__":null}') as object;
    expect(JSON.stringify(withoutDroppedNulls(node, value))).toBe(JSON.stringify(value));
  });
});

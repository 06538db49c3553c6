import { describe, expect, it } from 'vitest';
import {
  compileEgressAllowlist,
  compileInferencePolicy,
  compileToolPolicy,
} from 'kars-constructs/contract';

describe('compiling', () => {
  it('an inference policy without models is refused', () => {
    const spec = { appliesTo: { sandboxMatchLabels: {} } };
    expect(compileInferencePolicy(spec)).toMatchObject({
      ok: false,
      problems: [{ code: 'KARS_POLICY_WITHOUT_MODEL', path: 'spec.modelPreference' }],
    });
  });

  it('a tool policy without a list of tools is refused, one with an empty list is not', () => {
    const spec = { appliesTo: { sandboxMatchLabels: { a: 'b' } } };
    expect(compileToolPolicy(spec)).toMatchObject({
      ok: false,
      problems: [{ code: 'KARS_POLICY_WITHOUT_TOOLS', path: 'spec.allowedTools' }],
    });
    expect(compileToolPolicy({ ...spec, allowedTools: [] })).toEqual({
      ok: true,
      value: { allowedTools: [] },
    });
  });

  it('endpoints gives port 443 where none is named', () => {
    expect(compileEgressAllowlist([{ host: 'a.example.com' }])).toEqual({
      entries: [{ host: 'a.example.com', port: 443 }],
    });
  });
});

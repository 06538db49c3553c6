import type { ContentSafety } from 'kars-constructs/contract';
import { describe, expect, it } from 'vitest';
import { contentFloor } from '../../../runtime/router/content-floor.ts';
import { openSidecar } from '../../support/sidecar.ts';
import { policies } from './support.ts';

async function judged(argument: string, contentSafety?: ContentSafety): Promise<string> {
  const sidecar = await openSidecar('router', {
    'inference-policy': {
      ...policies['inference-policy'],
      ...(contentSafety && { contentSafety }),
    },
  });
  const snapshot = sidecar.documents.snapshot();
  if (snapshot === undefined) throw new Error('no set is in force');
  const problems = await contentFloor(argument)(snapshot);
  return problems.map(({ code, message }) => `${code} ${message}`).join('; ');
}

describe('a floor of content in the arguments of the router', () => {
  it('refuses policies that let more pass', async () => {
    const code = 'KARS_DOCUMENT_BELOW_FLOOR';
    expect(await judged('hate:Low')).toContain(
      `${code} lets pass what the platform does not: hate`,
    );
    expect(await judged('hate:Low', { violence: 'Safe' })).toContain(code);
    expect(await judged('hate:Low', { hate: 'Medium' })).toContain('hate above Low');
    expect(await judged('hate:Low', { hate: 'Safe', streaming: 'Audit' })).toContain('Audit');
  });

  it('takes those that let as much pass, or less', async () => {
    expect(await judged('hate:Low,violence:High', { hate: 'Low', violence: 'Safe' })).toBe('');
    expect(await judged('hate:Low', { hate: 'Safe', streaming: 'Window' })).toBe('');
  });

  it.each(['', 'hate', 'hate:low', 'malice:Low', 'hate:Low:High'])('is not "%s"', (argument) => {
    expect(() => contentFloor(argument)).toThrow('--content-floor');
  });
});

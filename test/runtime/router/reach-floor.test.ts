import { describe, expect, it } from 'vitest';
import { reachFloor } from '../../../runtime/router/reach-floor.ts';
import { openSidecar } from '../../support/sidecar.ts';
import { policiesWith } from './provider-acts/support.ts';

const judged = async (argument: string | undefined, acts: Parameters<typeof policiesWith>[0]) => {
  const sidecar = await openSidecar('router', policiesWith(acts, 'openai'));
  const snapshot = sidecar.documents.snapshot();
  if (snapshot === undefined) throw new Error('no set is in force');
  return reachFloor(argument)(snapshot);
};

describe('what the argument lets providers do', () => {
  it('is nothing without it', async () => {
    expect(await judged(undefined, ['WebSearch'])).toMatchObject([
      { code: 'KARS_DOCUMENT_BELOW_FLOOR' },
    ]);
    expect(await judged(undefined, [])).toEqual([]);
  });

  it('is no more than it names', async () => {
    expect(await judged('WebSearch,Mcp', ['Mcp'])).toEqual([]);
    expect(await judged('WebSearch,Mcp', ['Mcp', 'FetchUrls'])).toMatchObject([
      { message: expect.stringContaining('FetchUrls') as string },
    ]);
  });

  it('has names that are known', () => {
    expect(() => reachFloor('WebSearch,Everything')).toThrow('"Everything"');
    expect(() => reachFloor('')).toThrow('supply some of');
  });
});

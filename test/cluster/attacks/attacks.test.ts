import { readFileSync } from 'node:fs';
import { format, resolveConfig } from 'prettier';
import { beforeAll, describe, expect, it } from 'vitest';
import { attacks } from '../../attacks/catalogue/index.ts';
import { layerIds } from '../../attacks/layers.ts';
import { renderMatrix, unusedLayers } from '../../attacks/matrix.ts';
import { runAttacks } from '../../attacks/run.ts';
import type { Result } from '../../attacks/attack.ts';
import { useNode } from '../node/use-node.ts';

const PAGE = 'docs/security/attack-matrix.md';

describe('the attack suite', () => {
  const node = useNode();
  let results: readonly Result[] = [];
  const resultOf = (id: string): Result => {
    const found = results.find(({ attack }) => attack.id === id);
    if (found === undefined) throw new Error(`${id} was not run`);
    return found;
  };

  beforeAll(async () => {
    results = await runAttacks({ admin: node.admin, images: node.images }, () => undefined);
  }, 600_000);

  it('has at least 80 attacks, each with a name of its own', () => {
    expect(attacks.length).toBeGreaterThanOrEqual(80);
    expect(new Set(attacks.map(({ id }) => id)).size).toBe(attacks.length);
  });

  it('has at least 20 attacks by which a model provider would act for the agent', () => {
    expect(attacks.filter(({ area }) => area === 'reach').length).toBeGreaterThanOrEqual(20);
  });

  it('needs every layer', () => {
    expect(layerIds.length).toBeGreaterThan(5);
    expect(unusedLayers(attacks)).toEqual([]);
  });

  it.each(attacks.map(({ id, title }) => [id, title]))('stops %s: %s', (id) => {
    expect(resultOf(id).governed).toMatchObject({ outcome: 'stopped' });
  });

  it.each(attacks.flatMap(({ id, stoppedBy }) => stoppedBy.map((layer) => [id, layer] as const)))(
    'stops %s by %s alone',
    (id, layer) => {
      expect(resultOf(id).alone[layer]).toMatchObject({ outcome: 'stopped' });
    },
  );

  it.each(attacks.map(({ id }) => id))('does not stop %s without its layers (control)', (id) => {
    expect(resultOf(id).control).toMatchObject({ outcome: 'succeeded' });
  });

  it('is what the page of the docs says', async () => {
    const options = await resolveConfig(PAGE);
    const rendered = await format(renderMatrix(results), { ...options, parser: 'markdown' });
    const page = readFileSync(PAGE, 'utf8');
    expect(await format(page, { ...options, parser: 'markdown' })).toBe(rendered);
  });
});

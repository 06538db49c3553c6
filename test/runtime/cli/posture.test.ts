import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { exampleObjects } from '../../support/examples.ts';
import { kars } from '../../support/kars.ts';

const quickstart = exampleObjects('quickstart')
  .map((object) => stringify(object))
  .join('---\n');

const without = (kind: string): string =>
  exampleObjects('quickstart')
    .filter((object) => object.kind !== kind)
    .map((object) => stringify(object))
    .join('---\n');

describe('kars posture', () => {
  it('tells every promise, what the sandbox opens and what weakens it', async () => {
    const { code, stdout, stderr } = await kars(['posture', '-'], quickstart);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('KarsSandbox agents/reader');
    expect(stdout).toMatch(/^P1 +held +the agent holds no cloud/m);
    expect(stdout).toContain('egress: articles.example:80');
    expect(stdout).toContain('articles.example:80 is plain HTTP');
  });

  it('prints the same as data', async () => {
    const { stdout } = await kars(['posture', '-', '--json'], quickstart);
    expect(JSON.parse(stdout)).toMatchObject([
      { sandbox: 'agents/reader', reach: { egress: ['articles.example:80'] } },
    ]);
  });

  it('ends with code 1 under --strict when a promise is weakened', async () => {
    expect((await kars(['posture', '-', '--strict'], quickstart)).code).toBe(1);
  });

  it('names a policy that is not among the files', async () => {
    const { code, stderr } = await kars(['posture', '-'], without('InferencePolicy'));
    expect(code).toBe(1);
    expect(stderr).toContain('spec.inferenceRef.name: got no InferencePolicy agents/');
  });

  it('names what a sandbox is refused for', async () => {
    const file = 'test/contract/golden/KarsSandbox/invalid/isolation-unknown.yaml';
    const { code, stderr } = await kars(['posture', '-'], readFileSync(file, 'utf8'));
    expect(code).toBe(1);
    expect(stderr).toContain('spec.sandbox.isolation');
  });

  it.each([
    [
      'a document that other tools read in another way',
      'kind: A\nkind: B\n',
      'Map keys must be unique',
    ],
    [
      'a sandbox without a name',
      'apiVersion: kars.azure.com/v1alpha1\nkind: KarsSandbox\n',
      'got no name',
    ],
    ['a policy that is there twice', without('KarsSandbox'), 'got several InferencePolicy'],
    [
      'a name that would make a line of its own',
      'apiVersion: kars.azure.com/v1alpha1\nkind: KarsSandbox\nmetadata: { name: "a\\nb" }\n',
      String.raw`KarsSandbox default/a\nb: `,
    ],
  ])('leaves nothing out in silence: %s', async (_what, more, text) => {
    const { code, stderr } = await kars(['posture', '-'], `${quickstart}---\n${more}`);
    expect(code).toBe(1);
    expect(stderr).toContain(text);
  });

  it('judges the sandboxes in a list of objects', async () => {
    const list = { apiVersion: 'v1', kind: 'List', items: exampleObjects('quickstart') };
    const { code, stdout } = await kars(['posture', '-'], stringify(list));
    expect(code).toBe(0);
    expect(stdout).toContain('KarsSandbox agents/reader');
  });

  it('ends with code 1 when there is no sandbox', async () => {
    const { code, stderr } = await kars(['posture', '-'], 'apiVersion: v1\nkind: Pod\n');
    expect(code).toBe(1);
    expect(stderr).toContain('got no KarsSandbox');
  });
});

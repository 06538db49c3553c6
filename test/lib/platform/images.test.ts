import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KarsImages } from 'kars-constructs';
import { formatProblem, type ImageList } from 'kars-constructs/contract';
import { temporaryDirectory } from '../../support/documents.ts';

const digest = (digit: string): string => `sha256:${digit.repeat(64)}`;

const entry = (digit: string): ImageList['images']['guard'] => ({
  digest: digest(digit),
  archive: 'image.oci.tar',
  unpackedBytes: 1,
});

const list: ImageList = {
  schemaVersion: 1,
  release: '0.1.0',
  architecture: 'amd64',
  images: { guard: entry('a'), router: entry('b'), 'egress-proxy': entry('c') },
};

function fileWith(content: string): string {
  const file = join(temporaryDirectory(), 'images.json');
  writeFileSync(file, content);
  return file;
}

const problemsOf = (images: KarsImages): string[] => images.validate().map(formatProblem);

describe('images of a list', () => {
  it('are named by registry and digest', () => {
    const file = fileWith(JSON.stringify(list));
    const images = KarsImages.fromFile(file, { registry: 'registry.example.com:5000/kars' });
    expect(images.validate()).toEqual([]);
    expect(images.image('guard')).toBe(`registry.example.com:5000/kars/kars-guard@${digest('a')}`);
    expect(images.image('egress-proxy')).toContain(digest('c'));
  });

  it('are those of the machine itself when no registry is named', () => {
    const images = KarsImages.fromFile(fileWith(JSON.stringify(list)));
    expect(images.image('router')).toBe(`localhost/kars-router@${digest('b')}`);
  });

  it.each([
    ['no file', undefined, 'got no such file; write the list with: npm run images'],
    ['no JSON', '{', 'got no JSON'],
    ['another version', JSON.stringify({ ...list, schemaVersion: 2 }), 'schemaVersion'],
    ['a tag', JSON.stringify(list).replaceAll(digest('b'), '0.1.0'), 'router.digest'],
    ['an unknown member', JSON.stringify({ ...list, more: 1 }), 'more'],
  ])('are refused with %s', (_, content, text) => {
    const file = content === undefined ? 'nowhere.json' : fileWith(content);
    const problems = problemsOf(KarsImages.fromFile(file));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^\[KARS_IMAGE_LIST\]/);
    expect(problems[0]).toContain(text);
  });
});

import { createHash } from 'node:crypto';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { create } from 'tar';
import { describe, expect, it } from 'vitest';
import type { InspectedImage } from '../../../runtime/cli/images/inspect.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { kars } from '../../support/kars.ts';

const config = {
  architecture: 'arm64',
  os: 'linux',
  config: {
    Entrypoint: ['/usr/bin/python3'],
    Cmd: ['-m', 'agent'],
    Env: ['PATH=/usr/bin'],
    User: '1000',
    WorkingDir: '/app',
  },
};

/** A directory with these files. */
function place(files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), content);
  }
  return directory;
}

/** Files of an OCI layout with one image in an index of its own. */
function ociFiles(content: object): Record<string, string> {
  const files: Record<string, string> = {};
  const blob = (value: object) => {
    const body = JSON.stringify(value);
    const hex = createHash('sha256').update(body).digest('hex');
    files[`blobs/sha256/${hex}`] = body;
    return { digest: `sha256:${hex}`, size: body.length };
  };
  const layers = [{ digest: `sha256:${'0'.repeat(64)}`, size: 1_500_000 }];
  const manifest = blob({ schemaVersion: 2, config: blob(content), layers });
  const attestation = { ...blob({}), platform: { os: 'unknown', architecture: 'unknown' } };
  const inner = blob({ schemaVersion: 2, manifests: [manifest, attestation] });
  const name = { 'org.opencontainers.image.ref.name': 'registry.example.com/agent:1' };
  files['index.json'] = JSON.stringify({
    schemaVersion: 2,
    manifests: [{ ...inner, annotations: name }],
  });
  return files;
}

async function archiveOf(files: Readonly<Record<string, string>>, gzip = false): Promise<string> {
  const directory = place(files);
  const file = join(temporaryDirectory(), 'image.tar');
  await create({ cwd: directory, file, gzip }, Object.keys(files));
  return file;
}

const dockerFiles = {
  'manifest.json': JSON.stringify([
    { Config: 'config.json', RepoTags: ['agent:1'], Layers: ['a/layer.tar'] },
  ]),
  'config.json': JSON.stringify(config),
  'a/layer.tar': 'x'.repeat(2048),
};

const expected = {
  platform: 'linux/arm64',
  entrypoint: ['/usr/bin/python3'],
  cmd: ['-m', 'agent'],
  user: '1000',
  env: ['PATH=/usr/bin'],
  workingDirectory: '/app',
  layers: 1,
  command: ['/usr/bin/python3', '-m', 'agent'],
};

const inspect = async (file: string): Promise<InspectedImage[]> => {
  const { code, stdout } = await kars(['images', 'inspect', file, '--json']);
  expect(code).toBe(0);
  return JSON.parse(stdout) as InspectedImage[];
};

describe('kars images inspect', () => {
  it('reads an OCI archive, and leaves out what is no image', async () => {
    expect(await inspect(await archiveOf(ociFiles(config)))).toEqual([
      {
        ...expected,
        name: 'registry.example.com/agent:1',
        digest: expect.stringMatching(/^sha256:/) as string,
        bytes: 1_500_000,
      },
    ]);
  });

  it('reads an OCI layout', async () => {
    expect(await inspect(place(ociFiles(config)))).toMatchObject([expected]);
  });

  it.each([false, true])('reads what docker save writes, compressed: %s', async (gzip) => {
    const images = await inspect(await archiveOf(dockerFiles, gzip));
    expect(images).toEqual([{ ...expected, name: 'agent:1', bytes: 2048 }]);
  });

  it('prints the command to write', async () => {
    const { code, stdout } = await kars(['images', 'inspect', await archiveOf(dockerFiles)]);
    expect(code).toBe(0);
    expect(stdout).toContain('entry point        ["/usr/bin/python3"]');
    expect(stdout).toContain('command: ["/usr/bin/python3","-m","agent"]');
  });

  it('ends with code 1 when an image names no program', async () => {
    const { code, stdout } = await kars(['images', 'inspect', place(ociFiles({ os: 'linux' }))]);
    expect(code).toBe(1);
    expect(stdout).toContain('The image names no program: write the command yourself.');
  });

  it('refuses a blob that is not what its digest says', async () => {
    const files = ociFiles(config);
    const changed = Object.fromEntries(
      Object.entries(files).map(([path, body]) => [path, body.replace('python3', 'python4')]),
    );
    const { code, stderr } = await kars(['images', 'inspect', place(changed)]);
    expect(code).toBe(3);
    expect(stderr).toContain('got other bytes than the digest sha256:');
  });

  it('follows a bounded number of manifests, however indexes name each other', async () => {
    const files: Record<string, string> = {};
    const blob = (value: object) => {
      const body = JSON.stringify(value);
      const hex = createHash('sha256').update(body).digest('hex');
      files[`blobs/sha256/${hex}`] = body;
      return { digest: `sha256:${hex}`, size: body.length };
    };
    const times = (one: object): object => ({ manifests: Array(20).fill(one) });
    const image = blob({ config: blob(config), layers: [] });
    files['index.json'] = JSON.stringify(times(blob(times(blob(times(image))))));
    const { code, stderr } = await kars(['images', 'inspect', place(files)]);
    expect(code).toBe(3);
    expect(stderr).toContain('got more than 256 manifests and indexes');
  });

  it('counts the files of an archive before it keeps their names', async () => {
    const header = (name: string): Buffer => {
      const block = Buffer.alloc(512);
      block.write(name);
      block.write(
        '0000644\0' + '0000000\0'.repeat(2) + '00000000000\0'.repeat(2) + ' '.repeat(8),
        100,
      );
      block.write('0', 156);
      block.write('ustar\0' + '00', 257);
      const sum = block.reduce((total, byte) => total + byte, 0);
      block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
      return block;
    };
    const file = join(temporaryDirectory(), 'many.tar.gz');
    writeFileSync(file, gzipSync(Buffer.concat(Array<Buffer>(100_001).fill(header('a')))));
    const { code, stderr } = await kars(['images', 'inspect', file]);
    expect(code).toBe(3);
    expect(stderr).toContain('got 100001 files, allowed 100000 in an image');
  });

  it.each([
    ['a name', '../outside.json'],
    ['a link', 'link.json'],
    ['a link to a device', 'zero'],
  ])('reads nothing outside a layout by %s', async (_, Config) => {
    const outer = place({ 'outside.json': JSON.stringify(config), 'layout/x': '' });
    const layout = join(outer, 'layout');
    symlinkSync(join(outer, 'outside.json'), join(layout, 'link.json'));
    symlinkSync('/dev/null', join(layout, 'zero'));
    writeFileSync(join(layout, 'manifest.json'), JSON.stringify([{ Config, Layers: [] }]));
    const { code, stderr } = await kars(['images', 'inspect', layout]);
    expect(code).toBe(3);
    expect(stderr).toContain(`got no ${Config}`);
  });

  it('shows what an image says, and lets it command no terminal', async () => {
    const hostile = {
      ...config.config,
      User: '\u001b[2J\u009b1A\nuser  root',
      Env: ['A=\r\u202e'],
    };
    const { stdout } = await kars([
      'images',
      'inspect',
      place(ociFiles({ ...config, config: hostile })),
    ]);
    expect(stdout).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}]/u);
    expect(stdout).toContain(String.raw`\u001b[2J\u009b1A\nuser  root`);
  });

  it.each([
    ['no file', () => 'nowhere.tar', 'got no file nowhere.tar'],
    ['no archive', () => join(place({ a: 'x'.repeat(2000) }), 'a'), 'got no archive'],
    ['no image', () => place({ a: 'x' }), 'got no image'],
    ['no JSON', () => place({ 'index.json': '{' }), 'got no JSON in index.json'],
    ['another form', () => place({ 'index.json': '{}' }), 'got another form in index.json'],
  ])('ends with code 3 for %s', async (_, file, text) => {
    const { code, stderr } = await kars(['images', 'inspect', file()]);
    expect(code).toBe(3);
    expect(stderr).toContain(text);
  });
});

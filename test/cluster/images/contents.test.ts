import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalJson, contentDigest } from '../../../lib/contract/canonical.ts';
import { processes } from '../../../lib/contract/process.ts';
import { guardDocumentFor } from '../../../lib/sandbox/guard/guard-document.ts';
import { inspectImages } from '../../../runtime/cli/images/inspect.ts';
import { nodeCommands, productImages, type ProductImage } from '../../../runtime/images/recipes.ts';
import { cacheRoot } from '../../../scripts/cache.ts';
import { buildImages, type BuiltImage } from '../../../scripts/images/build.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { bytesOf, faultsOf, programsIn, unpack } from './unpacked.ts';

const MEBIBYTE = 1024 * 1024;

/** What each image may be, said again: a recipe that grows has to be noticed here. */
const allowed: Readonly<
  Record<ProductImage, { user: string; mebibytes: number; programs: string[] }>
> = {
  router: node(processes.router.uid),
  'egress-proxy': node(processes['egress-proxy'].uid),
  agent: node(1000),
  guard: {
    user: '0:0',
    mebibytes: 40,
    programs: ['guard', 'launch', 'usr/sbin/nft', 'usr/sbin/xtables-legacy-multi'],
  },
};

function node(uid: number) {
  return { user: `${uid}:${uid}`, mebibytes: 200, programs: ['usr/local/bin/node'] };
}

const directory = mkdtempSync(join(tmpdir(), 'kars-unpacked-'));
const rootOf = (name: ProductImage): string => join(directory, name);
let built: readonly BuiltImage[] = [];

beforeAll(async () => {
  built = await buildImages({ cache: cacheRoot(), progress: () => undefined });
  for (const image of built) unpack(image, rootOf(image.name));
}, 240_000);

afterAll(() => {
  rmSync(directory, { recursive: true, force: true });
});

describe.each(productImages)('the image of %s', (name) => {
  const { user, mebibytes, programs } = allowed[name];

  it('is as small as it has to be', () => {
    const bytes = bytesOf(rootOf(name));
    expect(bytes).toBeLessThan(mebibytes * MEBIBYTE);
    expect(built.find((image) => image.name === name)?.unpackedBytes).toBe(bytes);
  });

  it('holds these programs alone, and nothing that changes the user', () => {
    expect(programsIn(rootOf(name))).toEqual(programs);
    expect(faultsOf(rootOf(name))).toEqual([]);
  });

  it('has a numeric user, an entry point and no trace of where it was made', async () => {
    const layout = built.find((image) => image.name === name)?.layout ?? '';
    const [image] = await inspectImages(layout);
    expect(image).toMatchObject({
      name: `localhost/kars-${name}:0.1.0`,
      user,
      entrypoint: name === 'guard' ? ['/guard'] : [...nodeCommands[name], `/app/${name}.js`],
      cmd: [],
      env: ['PATH=/usr/local/bin:/usr/sbin:/usr/bin'],
      workingDirectory: '/',
    });
  });
});

describe('the check of contents (negative control)', () => {
  it('names a shell, a file that changes the user, and one that others may write', () => {
    const root = temporaryDirectory();
    mkdirSync(join(root, 'bin'));
    for (const [path, mode] of [
      ['bin/sh', 0o755],
      ['bin/x', 0o4755],
      ['y', 0o666],
    ] as const) {
      // prettier-ignore
      writeFileSync(join(root, path), '');
      chmodSync(join(root, path), mode);
    }
    expect(faultsOf(root)).toEqual([
      'others may write y',
      'bin/sh is a shell or a tool',
      'bin/x changes the user',
    ]);
  });
});

describe('the entry point', () => {
  it.each(['router', 'egress-proxy'] as const)('of %s runs as its user', (name) => {
    const { user } = allowed[name];
    const { status, stdout, stderr } = spawnSync('chroot', [
      `--userspec=${user}`,
      rootOf(name),
      '/usr/local/bin/node',
      `/app/${name}.js`,
    ]);
    expect(`${String(stdout)}${String(stderr)}`).toContain('"error":"got no --sandbox');
    expect(status).toBe(2);
  });

  it('of agent runs as its user', () => {
    const program = ['/usr/local/bin/node', '/app/agent.js'];
    const { stdout } = spawnSync('chroot', ['--userspec=1000:1000', rootOf('agent'), ...program]);
    expect(String(stdout)).toContain('OPENAI_API_KEY');
  });

  it.each([
    ['nf_tables', '/usr/sbin/nft', () => undefined],
    ['legacy iptables', '/usr/sbin/iptables-legacy', (root: string) => rmSync(`${root}/usr/sbin/nft`)], // prettier-ignore
  ])('of guard puts the rules into force with %s', (_, backend, prepare) => {
    const image = built.find(({ name }) => name === 'guard');
    if (image === undefined) throw new Error('there is no guard');
    const root = join(temporaryDirectory(), 'guard');
    unpack(image, root);
    prepare(root);
    const documents = { guard: canonicalJson(guardDocumentFor([])), launch: '{"version":1}' };
    for (const path of ['proc', 'run', 'install']) mkdirSync(join(root, path));
    for (const [file, text] of Object.entries(documents)) writeFileSync(join(root, file + '.json'), text); // prettier-ignore
    const script = `ip link set lo up && mount -t proc proc ${root}/proc && exec chroot ${root} /guard "$@"`;
    const { status, stdout, stderr } = spawnSync('unshare', [
      ...['--net', '--mount', 'sh', '-c', script, 'guard'],
      '--document=/guard.json',
      `--document-digest=${contentDigest(documents.guard)}`,
      '--launch-document=/launch.json',
      `--launch-digest=${contentDigest(documents.launch)}`,
      '--install=/install',
    ]);
    expect(`${String(stdout)}${String(stderr)}`).toContain(`"backend":"${backend}"`);
    expect(status).toBe(0);
  });
});

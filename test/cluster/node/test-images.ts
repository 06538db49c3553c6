import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { KarsImages } from 'kars-constructs';
import { RELEASE } from 'kars-constructs/contract';
import type { ProductImage } from '../../../runtime/images/recipes.ts';
import { cacheRoot } from '../../../scripts/cache.ts';
import { buildImages, type BuiltImage } from '../../../scripts/images/build.ts';
import { PAUSE_IMAGE } from './containerd.ts';
import { run } from './ctr.ts';
import { writeOciArchive } from './oci-archive.ts';

/** Image of agents in tests: Debian with Python, Node and git. */
export const AGENT_IMAGE = 'localhost/kars-test-agent:1';

const BASE_PACKAGES =
  'libatomic1,libstdc++6,nftables,iptables,python3,python3-venv,curl,iproute2,procps,git';

const PAUSE_SOURCE = fileURLToPath(new URL('../pause', import.meta.url));

/** The layer that all images of the tests have; another one for each list of its packages. */
export function baseLayer(): string {
  const hash = createHash('sha256').update(BASE_PACKAGES).digest('hex');
  return join(cacheRoot(), `test-base-${hash.slice(0, 16)}.tar`);
}

/** Whether {@link buildBase} has run. */
export const isBaseBuilt = (): boolean => existsSync(baseLayer());

/** Makes the layer that all images of the tests have. */
export async function buildBase(): Promise<void> {
  await mkdir(cacheRoot(), { recursive: true });
  const unfinished = `${baseLayer()}.unfinished.tar`;
  await must('mmdebstrap', [
    '--variant=minbase',
    `--include=${BASE_PACKAGES}`,
    'bookworm',
    unfinished,
  ]);
  await rename(unfinished, baseLayer());
}

/** The images of the sidecars, as `npm run images` makes them of this checkout. */
export const buildSidecarImages = (progress: (text: string) => void): Promise<BuiltImage[]> =>
  buildImages({ cache: cacheRoot(), progress }, ['guard', 'router', 'egress-proxy']);

/** The images of a sandbox in an archive, and how sandboxes name them. */
export interface SandboxImages {
  readonly archive: string;
  readonly images: KarsImages;
}

/** Writes the images of this checkout into an archive, with one for agents. */
export async function writeSandboxImages(directory: string): Promise<SandboxImages> {
  const built = await buildSidecarImages(() => undefined);
  const digestOf = (name: ProductImage): string =>
    built.find((image) => image.name === name)?.digest ?? '';
  const images = KarsImages.of({
    registry: 'localhost',
    digests: {
      guard: digestOf('guard'),
      router: digestOf('router'),
      'egress-proxy': digestOf('egress-proxy'),
    },
  });
  const archive = join(directory, 'images.tar');
  const work = await mkdtemp(join(tmpdir(), 'kars-layer-'));
  try {
    const [node, pause] = [join(work, 'node.tar'), join(work, 'pause.tar')];
    await mkdir(join(work, 'node/usr/local/bin'), { recursive: true });
    await copyFile(process.execPath, join(work, 'node/usr/local/bin/node'));
    await tar(join(work, 'node'), node);
    await mkdir(join(work, 'pause'));
    await must('go', ['build', '-C', PAUSE_SOURCE, '-o', join(work, 'pause', 'pause')]);
    await tar(join(work, 'pause'), pause);
    await writeOciArchive(
      archive,
      [
        { name: PAUSE_IMAGE, layers: [pause], entrypoint: ['/pause'], user: '65534' },
        { name: AGENT_IMAGE, layers: [baseLayer(), node], entrypoint: [], user: '1000' },
      ],
      built.map(({ name, layout, digest }) => ({
        layout,
        names: [`localhost/kars-${name}@${digest}`, `localhost/kars-${name}:${RELEASE}`],
      })),
    );
    return { archive, images };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Writes a layer with what a directory has. */
export const tar = (directory: string, archive: string): Promise<void> =>
  must('tar', ['-C', directory, '--owner=0', '--group=0', '-cf', archive, '.']);

/** Runs a program that an image of the tests cannot be made without. */
export async function must(program: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(program, args);
  if (code !== 0) throw new Error(`[KARS_NODE_IMAGE] ${program}: ${stderr}`);
}

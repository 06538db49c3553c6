import { join } from 'node:path';
import { must, type Workshop } from './run.ts';

/** What an image says about how it is run. */
export interface ImageConfig {
  readonly title: string;
  readonly version: string;
  readonly user: number;
  readonly entrypoint: readonly string[];
}

/** Search path of every image. */
const PATH = '/usr/local/bin:/usr/sbin:/usr/bin';

// Copies instead of overlays: they need nothing of the kernel, and a build is a handful of files.
const storage = ({ cache }: Workshop): string[] => [
  `--root=${join(cache, 'buildah', 'storage')}`,
  `--runroot=${join(cache, 'buildah', 'run')}`,
  '--storage-driver=vfs',
];

/** Calls buildah with the storage of the workshop. */
export const buildah = (workshop: Workshop, ...args: readonly string[]): Promise<string> =>
  must('buildah', [...storage(workshop), ...args]);

/** Names of the images that the storage has. */
export async function storedImages(workshop: Workshop): Promise<Set<string>> {
  const list = JSON.parse(await buildah(workshop, 'images', '--json')) as
    { readonly names?: readonly string[] }[] | null;
  return new Set((list ?? []).flatMap(({ names = [] }) => names));
}

/**
 * Adds one layer to an image, or to nothing.
 *
 * @param from name of the image below, `scratch` for none
 * @param root directory with the files of the layer
 * @param name name of the new image
 */
export async function addLayer(
  workshop: Workshop,
  {
    from,
    root,
    name,
    config,
  }: {
    readonly from: string;
    readonly root: string;
    readonly name: string;
    readonly config?: ImageConfig;
  },
): Promise<void> {
  const container = (await buildah(workshop, 'from', '--pull-never', from)).trim();
  try {
    await buildah(workshop, 'copy', '--chown=0:0', container, root, '/');
    if (config !== undefined) await buildah(workshop, 'config', ...configure(config), container);
    // No time, no version of buildah, no name of a layer: the same files make the same digest.
    const commit = ['commit', '--quiet', '--timestamp=0', '--identity-label=false'];
    await buildah(workshop, ...commit, '--omit-history', container, name);
  } finally {
    await buildah(workshop, 'rm', container);
  }
}

const configure = ({ title, version, user, entrypoint }: ImageConfig): string[] => [
  `--user=${user}:${user}`,
  `--entrypoint=${JSON.stringify(entrypoint)}`,
  '--cmd=',
  '--workingdir=/',
  `--env=PATH=${PATH}`,
  `--label=org.opencontainers.image.title=${title}`,
  `--label=org.opencontainers.image.version=${version}`,
];

/** Writes an image as an OCI layout that calls it `name`, and removes it from the storage. */
export async function takeOut(
  workshop: Workshop,
  image: string,
  layout: string,
  name: string,
): Promise<void> {
  await buildah(workshop, 'push', '--quiet', image, `oci:${layout}:${name}`);
  await buildah(workshop, 'rmi', image);
}

import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { IMAGE_LIST_VERSION, RELEASE, type ImageList } from 'kars-constructs/contract';
import type { BuiltImage } from './build.ts';
import { ARCHITECTURE } from './debian-lock.ts';
import { ImagesFailure } from './failure.ts';
import { must, type Workshop } from './run.ts';
import { describeImage } from './sbom.ts';

/** File with the list of the images, below the output directory. */
export const LIST_FILE = 'images.json';

/** Writes an archive of each image, its SBOM and the list of all. */
export async function writeImages(
  built: readonly BuiltImage[],
  directory: string,
  withSbom: boolean,
  workshop: Workshop,
): Promise<ImageList> {
  await mkdir(directory, { recursive: true });
  const entry = async (name: BuiltImage['name']): Promise<ImageList['images']['guard']> => {
    const image = built.find((candidate) => candidate.name === name);
    if (image === undefined) throw new ImagesFailure('KARS_IMAGES_FILE', `got no image of ${name}`);
    const archive = `kars-${name}.oci.tar`;
    await pack(image.layout, join(directory, archive));
    const { digest, unpackedBytes } = image;
    if (!withSbom) return { digest, archive, unpackedBytes };
    const sbom = `kars-${name}.spdx.json`;
    await copyFile(await describeImage(image, workshop), join(directory, sbom));
    return { digest, archive, sbom, unpackedBytes };
  };
  const list: ImageList = {
    schemaVersion: IMAGE_LIST_VERSION,
    release: RELEASE,
    architecture: ARCHITECTURE,
    images: {
      guard: await entry('guard'),
      router: await entry('router'),
      'egress-proxy': await entry('egress-proxy'),
      agent: await entry('agent'),
    },
  };
  await writeFile(join(directory, LIST_FILE), `${JSON.stringify(list, null, 2)}\n`);
  return list;
}

/** An archive without times, users and order of its own: the same image is the same file. */
async function pack(layout: string, archive: string): Promise<void> {
  const plain = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];
  const modes = '--mode=u=rwX,go=rX';
  await must('tar', ['-C', layout, ...plain, modes, '-cf', archive, '.']);
}

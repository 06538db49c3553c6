import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { RELEASE } from 'kars-constructs/contract';
import { layersBelow, type SharedLayer } from '../../runtime/images/recipe.ts';
import { productImages, recipes, type ProductImage } from '../../runtime/images/recipes.ts';
import { addLayer, storedImages, takeOut } from './buildah.ts';
import { readLock, type DebianLock } from './debian-lock.ts';
import { fetchPackages, withDirectory, type Archives } from './debian.ts';
import { ImagesFailure } from './failure.ts';
import { keyOf } from './inputs.ts';
import { stage } from './stage.ts';
import type { Workshop } from './run.ts';

/** A built image. */
export interface BuiltImage {
  readonly name: ProductImage;
  /** Digest of its manifest. */
  readonly digest: string;
  /** Sum of the sizes of its files. */
  readonly unpackedBytes: number;
  /** Directory with the image as an OCI layout. */
  readonly layout: string;
}

/** What every image of one run is made with. */
interface Materials {
  readonly lock: DebianLock;
  readonly archives: Archives;
  readonly workshop: Workshop;
}

/** A layer as an image in the storage of buildah. */
interface Base {
  readonly image: string;
  readonly bytes: number;
}

/** Builds images; what has not changed since the last time is taken from the cache. */
export async function buildImages(
  workshop: Workshop,
  names: readonly ProductImage[] = productImages,
): Promise<BuiltImage[]> {
  for (const name of ['images', 'layers']) {
    await mkdir(join(workshop.cache, name), { recursive: true });
  }
  const lock = readLock();
  const materials = { lock, archives: await fetchPackages(lock, workshop), workshop };
  const built: BuiltImage[] = [];
  for (const name of names) built.push(await buildImage(name, materials));
  return built;
}

async function buildImage(name: ProductImage, materials: Materials): Promise<BuiltImage> {
  const { from, contents, entrypoint, user } = recipes[name];
  const { workshop, lock } = materials;
  const below = await layerKey(from, materials);
  const key = await keyOf(contents, [below, RELEASE, String(user), ...entrypoint], lock, workshop);
  const directory = join(workshop.cache, 'images', `${name}-${key}`);
  if (!existsSync(directory)) {
    workshop.progress(`building ${name}`);
    const unfinished = await mkdtemp(join(workshop.cache, 'images', 'unfinished-'));
    try {
      await make(name, join(unfinished, 'layout'), join(unfinished, 'bytes'), materials);
      await rename(unfinished, directory);
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true });
      if (!existsSync(directory)) throw error;
    }
    await forgetOld(workshop, name);
  }
  const now = new Date();
  await utimes(directory, now, now);
  const layout = join(directory, 'layout');
  const unpackedBytes = Number(readFileSync(join(directory, 'bytes'), 'utf8'));
  return { name, digest: digestOf(layout), unpackedBytes, layout };
}

async function make(
  name: ProductImage,
  layout: string,
  bytesFile: string,
  materials: Materials,
): Promise<void> {
  const { from, contents, entrypoint, user, maxBytes } = recipes[name];
  const { workshop, archives } = materials;
  const below = await buildLayer(from, materials);
  await withDirectory(async (root) => {
    const bytes = below.bytes + (await stage(root, contents, archives, workshop));
    if (bytes > maxBytes) {
      throw new ImagesFailure(
        'KARS_IMAGES_SIZE',
        `got ${bytes} bytes for ${name}, allowed ${maxBytes}; leave something out of its recipe`,
      );
    }
    // A name of this process alone: others may build in the same storage.
    const temporary = `localhost/kars-unfinished-${name}:${process.pid}`;
    const config = { title: `kars-${name}`, version: RELEASE, user, entrypoint };
    await addLayer(workshop, { from: below.image, root, name: temporary, config });
    await takeOut(workshop, temporary, layout, `localhost/kars-${name}:${RELEASE}`);
    await writeFile(bytesFile, String(bytes));
  });
}

async function buildLayer(layer: SharedLayer, materials: Materials): Promise<Base> {
  const { workshop, archives } = materials;
  const key = await layerKey(layer, materials);
  const image = `localhost/kars-layer-${layer.name}:${key}`;
  const record = join(workshop.cache, 'layers', key);
  const isStored = existsSync(record) && (await storedImages(workshop)).has(image);
  if (isStored) return { image, bytes: Number(readFileSync(record, 'utf8')) };
  const below = layer.from && (await buildLayer(layer.from, materials));
  workshop.progress(`building the layer ${layer.name}`);
  return withDirectory(async (root) => {
    const own = await stage(root, layer.contents, archives, workshop);
    await addLayer(workshop, { from: below?.image ?? 'scratch', root, name: image });
    const bytes = own + (below?.bytes ?? 0);
    await writeFile(record, String(bytes));
    return { image, bytes };
  });
}

const layerKey = (layer: SharedLayer, { lock, workshop }: Materials): Promise<string> =>
  keyOf(
    layersBelow(layer).flatMap(({ contents }) => contents),
    [layer.name],
    lock,
    workshop,
  );

/** Digest of the one image of a layout. */
function digestOf(layout: string): string {
  const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
    manifests: readonly { readonly digest: string }[];
  };
  return manifests[0]?.digest ?? '';
}

const KEPT = 8;
const HOUR = 3600 * 1000;

/** Old images go away; what somebody may be reading at this moment stays. */
async function forgetOld({ cache }: Workshop, image: ProductImage): Promise<void> {
  const directory = join(cache, 'images');
  const names = (await readdir(directory)).filter(
    (entry) => entry.startsWith(`${image}-`) || entry.startsWith('unfinished-'),
  );
  const aged = await Promise.all(
    names.map(async (name) => ({ name, used: (await stat(join(directory, name))).mtimeMs })),
  );
  const old = aged
    .sort((a, b) => b.used - a.used)
    .slice(KEPT)
    .filter(({ used }) => used < Date.now() - HOUR);
  for (const { name } of old) await rm(join(directory, name), { recursive: true, force: true });
}

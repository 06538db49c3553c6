import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from './ctr.ts';

/** An image of the tests. */
export interface TestImage {
  /** Full name with tag. */
  readonly name: string;
  /** Archives of its layers, the lowest first. */
  readonly layers: readonly string[];
  readonly entrypoint: readonly string[];
  readonly user: string;
  readonly env?: readonly string[];
}

/** An image that has been built, as the one image of an OCI layout. */
export interface BuiltLayout {
  /** Full names that pods may use. */
  readonly names: readonly string[];
  readonly layout: string;
}

const ARCHITECTURE = process.arch === 'x64' ? 'amd64' : process.arch;

/**
 * Writes images as one OCI archive; a layer of several images is in it once.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
export async function writeOciArchive(
  archive: string,
  images: readonly TestImage[],
  built: readonly BuiltLayout[] = [],
): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'kars-image-'));
  try {
    const blobs = join(directory, 'blobs', 'sha256');
    await mkdir(blobs, { recursive: true });
    const layers = new Map<string, { digest: string; size: number; mediaType: string }>();
    for (const file of new Set(images.flatMap((image) => image.layers))) {
      const hash = await sha256(file);
      await copyFile(file, join(blobs, hash));
      const { size } = await stat(file);
      layers.set(file, { mediaType: `${OCI}.layer.v1.tar`, digest: `sha256:${hash}`, size });
    }
    const put = async (value: object) => {
      const body = JSON.stringify(value);
      const hash = createHash('sha256').update(body).digest('hex');
      await writeFile(join(blobs, hash), body);
      return { digest: `sha256:${hash}`, size: Buffer.byteLength(body) };
    };
    const manifests = [];
    for (const { name, entrypoint, user, env = [], layers: files } of images) {
      const stack = files.flatMap((file) => layers.get(file) ?? []);
      const config = await put({
        architecture: ARCHITECTURE,
        os: 'linux',
        config: {
          Entrypoint: entrypoint,
          User: user,
          Env: ['PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', ...env],
        },
        rootfs: { type: 'layers', diff_ids: stack.map(({ digest }) => digest) },
      });
      const manifest = await put({
        schemaVersion: 2,
        mediaType: `${OCI}.manifest.v1+json`,
        config: { mediaType: `${OCI}.config.v1+json`, ...config },
        layers: stack,
      });
      manifests.push({
        mediaType: `${OCI}.manifest.v1+json`,
        ...manifest,
        platform: { architecture: ARCHITECTURE, os: 'linux' },
        annotations: { 'io.containerd.image.name': name },
      });
    }
    for (const { names, layout } of built) {
      await cp(join(layout, 'blobs'), join(directory, 'blobs'), { recursive: true });
      const index = JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')) as Index;
      manifests.push(...names.flatMap((name) => index.manifests.map((one) => named(one, name))));
    }
    await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
    await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests }));
    const { code, stderr } = await run('tar', ['-C', directory, '-cf', archive, '.']);
    if (code !== 0) throw new Error(`[KARS_NODE_IMAGE] tar: ${stderr}`);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

interface Index {
  readonly manifests: readonly { readonly digest: string; readonly size: number }[];
}

const named = (manifest: Index['manifests'][number], name: string) => ({
  ...manifest,
  annotations: { 'io.containerd.image.name': name },
});

const OCI = 'application/vnd.oci.image';

async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

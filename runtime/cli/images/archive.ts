import { createHash } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, posix, sep } from 'node:path';
import { list } from 'tar';
import { CommandError } from '../exit-codes.ts';

/** The files of an image on disk: those that can be JSON with their content, all with their size. */
export interface ImageFiles {
  readonly read: (path: string) => Promise<Uint8Array | undefined>;
  readonly size: (path: string) => number | undefined;
}

/** Largest manifest or configuration that is read; registries refuse larger ones. */
const LARGEST_JSON = 4 * 1024 * 1024;

/** Most that is kept of one archive. */
const MOST_KEPT = 64 * 1024 * 1024;

/** Far more files than an image has; a few megabytes of a compressed archive can name millions. */
const MOST_FILES = 100_000;

/**
 * Opens an OCI archive, an OCI layout or what `docker save` writes, compressed or not.
 *
 * @throws CommandError when there is no such file, or it is no archive.
 */
export async function openImage(path: string): Promise<ImageFiles> {
  if (!existsSync(path)) throw new CommandError('internal', `got no file ${path}`);
  return statSync(path).isDirectory() ? openDirectory(path) : openArchive(path);
}

function openDirectory(directory: string): ImageFiles {
  const root = realpathSync(directory);
  /** Neither a link nor a name in the image leads out of it, nor to a device that never ends. */
  const within = (path: string): string | undefined => {
    const named = join(root, path);
    if (!existsSync(named)) return undefined;
    const file = realpathSync(named);
    return file.startsWith(root + sep) && statSync(file).isFile() ? file : undefined;
  };
  const size = (path: string): number | undefined => {
    const file = within(path);
    return file === undefined ? undefined : statSync(file).size;
  };
  return {
    size,
    read: async (path) => {
      const file = within(path);
      return file === undefined || statSync(file).size > LARGEST_JSON ? undefined : readFile(file);
    },
  };
}

async function openArchive(file: string): Promise<ImageFiles> {
  const sizes = new Map<string, number>();
  const contents = new Map<string, Uint8Array>();
  let [kept, files] = [0, 0];
  const fault = (text: string) => new CommandError('internal', `${file}: ${text}`);
  try {
    await list({
      file,
      strict: true,
      onReadEntry: (entry) => {
        const path = posix.normalize(entry.path);
        files += 1;
        if (files > MOST_FILES) return;
        sizes.set(path, entry.size);
        if (entry.type !== 'File' || entry.size > LARGEST_JSON || kept > MOST_KEPT) return;
        kept += entry.size;
        const chunks: Uint8Array[] = [];
        entry.on('data', (chunk) => chunks.push(chunk));
        entry.on('end', () => contents.set(path, Buffer.concat(chunks)));
      },
    });
  } catch (error) {
    throw fault(`got no archive: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (files > MOST_FILES) throw fault(`got ${files} files, allowed ${MOST_FILES} in an image`);
  return {
    size: (path) => sizes.get(path),
    read: (path) => Promise.resolve(contents.get(path)),
  };
}

/**
 * A blob of an OCI layout by its digest.
 *
 * @throws CommandError when it is missing, or not what its digest says.
 */
export async function readBlob({ read }: ImageFiles, digest: string): Promise<Uint8Array> {
  const [algorithm = '', hex = ''] = digest.split(':');
  if (algorithm !== 'sha256' || !/^[0-9a-f]{64}$/.test(hex)) {
    throw new CommandError('internal', `got the digest "${digest}", supply sha256 digests`);
  }
  const blob = await read(`blobs/sha256/${hex}`);
  if (blob === undefined) throw new CommandError('internal', `got no blob ${digest}`);
  if (createHash('sha256').update(blob).digest('hex') !== hex) {
    throw new CommandError('internal', `got other bytes than the digest ${digest} says`);
  }
  return blob;
}

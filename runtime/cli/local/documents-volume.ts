import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes files as the kubelet lays out a projected volume: into a directory of their own that the link
 * `..data` points to, with one link a file, so that a later write swaps all of them at once.
 *
 * @see https://kubernetes.io/docs/concepts/configuration/configmap/#mounted-configmaps-are-updated-automatically
 */
export async function writeProjectedVolume(
  directory: string,
  files: ReadonlyMap<string, string>,
): Promise<void> {
  const version = `..${Date.now()}_${Math.random().toString(36).slice(2)}`;
  await mkdir(join(directory, version), { recursive: true });
  for (const [file, body] of files) await writeFile(join(directory, version, file), body);
  await symlink(version, join(directory, '..data_tmp'));
  await rename(join(directory, '..data_tmp'), join(directory, '..data'));
  for (const file of files.keys()) {
    await symlink(join('..data', file), join(directory, file)).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  }
}

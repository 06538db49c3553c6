import { ALLOWLIST_ARTIFACT_TYPE } from 'kars-constructs/contract';
import type { Registry } from './registry.ts';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

const EMPTY_TYPE = 'application/vnd.oci.empty.v1+json';

/**
 * Pushes an artifact of one layer, and gives its reference by digest.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/manifest.md#guidelines-for-artifact-usage
 */
export async function publish(registry: Registry, artifact: string): Promise<string> {
  const config = { mediaType: EMPTY_TYPE, digest: await registry.putBlob('{}'), size: 2 };
  const layer = {
    mediaType: ALLOWLIST_ARTIFACT_TYPE,
    digest: await registry.putBlob(artifact),
    size: Buffer.byteLength(artifact),
  };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: ALLOWLIST_ARTIFACT_TYPE,
    config,
    layers: [layer],
  });
  return `${registry.repository}@${await registry.putManifest(manifest, MANIFEST_TYPE)}`;
}

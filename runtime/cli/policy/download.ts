import {
  ALLOWLIST_V1_TYPE,
  contentDigest,
  readAllowlistManifest,
  type SignedAllowlistPayload,
} from 'kars-constructs/contract';
import * as z from 'zod';
import { CommandError } from '../exit-codes.ts';
import { digestText, readJson } from './answers.ts';
import type { Registry } from './registry.ts';

const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';

const BUNDLE_TYPE = /^application\/vnd\.dev\.sigstore\.bundle\.v0\.3\+json$/;

/** Signatures of one artifact; cosign adds one each time. */
const MOST_BUNDLES = 16;

const manifest = z.looseObject({
  layers: z.tuple([z.looseObject({ digest: digestText })], z.unknown()),
});

const SIMPLE_SIGNATURE = 'dev.cosignproject.cosign/signature';

const simpleManifest = z.looseObject({
  layers: z.array(
    z.looseObject({
      digest: digestText,
      annotations: z.record(z.string(), z.string()).optional(),
    }),
  ),
});

const index = z.looseObject({
  manifests: z.array(z.looseObject({ digest: digestText, artifactType: z.string().optional() })),
});

/** An artifact with all its signatures, as the registry has them; nothing is verified yet. */
export async function download(
  registry: Registry,
  digest: string,
): Promise<SignedAllowlistPayload> {
  const text = await registry.get(`manifests/${digest}`, MANIFEST_TYPE);
  if (text === undefined) {
    throw new CommandError('failed', `${registry.repository} has no ${digest}`);
  }
  const bundles: string[] = [];
  for (const signature of await signaturesOf(registry, digest)) {
    const own = await registry.get(`manifests/${signature}`, MANIFEST_TYPE);
    if (own !== undefined) bundles.push(await layerOf(registry, own));
  }
  const isV1 = readAllowlistManifest(text)?.type === ALLOWLIST_V1_TYPE;
  return {
    reference: `${registry.repository}@${digest}`,
    manifest: text,
    artifact: await layerOf(registry, text),
    bundles,
    ...(isV1 && { simpleSignatures: await simpleSignaturesOf(registry, digest) }),
  };
}

/** Signatures beside a list of v1: layers of the manifest with the tag that cosign gave them. */
async function simpleSignaturesOf(
  registry: Registry,
  digest: string,
): Promise<{ payload: string; signature: string }[]> {
  const text = await registry.get(`manifests/${digest.replace(':', '-')}.sig`, MANIFEST_TYPE);
  if (text === undefined) return [];
  const { layers } = readJson(`the signatures of ${registry.repository}`, text, simpleManifest);
  const found: { payload: string; signature: string }[] = [];
  for (const { digest: own, annotations } of layers.slice(0, MOST_BUNDLES)) {
    const payload = await registry.get(`blobs/${own}`);
    const signature = annotations?.[SIMPLE_SIGNATURE];
    if (payload === undefined || contentDigest(payload) !== own || signature === undefined)
      continue;
    found.push({ payload, signature });
  }
  return found;
}

async function layerOf(registry: Registry, text: string): Promise<string> {
  const { layers } = readJson(`a manifest of ${registry.repository}`, text, manifest);
  const [{ digest }] = layers;
  const blob = await registry.get(`blobs/${digest}`);
  if (blob === undefined || contentDigest(blob) !== digest) {
    throw new CommandError('failed', `${registry.repository} has no layer ${digest}`);
  }
  return blob;
}

/**
 * What refers to an artifact: by the referrers API, or by the tag that stands in for it where a registry
 * has none.
 *
 * @see https://github.com/opencontainers/distribution-spec/blob/main/spec.md#listing-referrers
 */
async function signaturesOf(registry: Registry, digest: string): Promise<string[]> {
  const text =
    (await registry.get(`referrers/${digest}`, INDEX_TYPE)) ??
    (await registry.get(`manifests/${digest.replace(':', '-')}`, INDEX_TYPE));
  if (text === undefined) return [];
  return readJson(`the list of signatures of ${registry.repository}`, text, index)
    .manifests.filter(({ artifactType = '' }) => BUNDLE_TYPE.test(artifactType))
    .map((entry) => entry.digest)
    .slice(0, MOST_BUNDLES);
}

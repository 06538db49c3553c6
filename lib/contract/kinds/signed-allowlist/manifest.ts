import * as z from 'zod';
import { ALLOWLIST_ARTIFACT_TYPE } from './artifact.ts';
import { ALLOWLIST_V1_TYPE } from './artifact-v1.ts';

const ofType = <Type extends string>(type: Type) =>
  z.looseObject({
    schemaVersion: z.literal(2),
    artifactType: z.literal(type),
    layers: z.tuple([z.looseObject({ mediaType: z.literal(type), digest: z.string() })]),
  });

/** The OCI manifest of a list with its one layer, in either version. */
const manifestSchema = z.union([ofType(ALLOWLIST_ARTIFACT_TYPE), ofType(ALLOWLIST_V1_TYPE)]);

/** What a manifest says of its list. */
export interface AllowlistManifest {
  readonly type: typeof ALLOWLIST_ARTIFACT_TYPE | typeof ALLOWLIST_V1_TYPE;
  /** Digest of its one layer. */
  readonly layer: string;
}

/** Reads the manifest of a list; undefined for any other. */
export function readAllowlistManifest(text: string): AllowlistManifest | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = manifestSchema.safeParse(json);
  return parsed.success
    ? { type: parsed.data.artifactType, layer: parsed.data.layers[0].digest }
    : undefined;
}

import * as z from 'zod';
import { DIGEST } from './canonical.ts';

/** Version of the form of the file. */
export const IMAGE_LIST_VERSION = 1;

const digest = z.string().regex(DIGEST);

const entry = z.strictObject({
  /** Digest of the manifest. */
  digest,
  /** Archive with the image, beside the file. */
  archive: z.string(),
  /** SPDX document with what the image is made of, beside the file; absent when none was asked for. */
  sbom: z.string().optional(),
  /** Size of its files. */
  unpackedBytes: z.int().nonnegative(),
});

/** What `npm run images` writes about the images that it built, and `KarsImages.fromFile` reads. */
export const imageListSchema = z.strictObject({
  schemaVersion: z.literal(IMAGE_LIST_VERSION),
  release: z.string(),
  architecture: z.string(),
  images: z.strictObject({
    guard: entry,
    router: entry,
    'egress-proxy': entry,
    agent: entry.optional(),
  }),
});

/** A list of built images. */
export type ImageList = z.output<typeof imageListSchema>;

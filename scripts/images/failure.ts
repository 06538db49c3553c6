/** What can keep an image from being built. */
export type ImagesCode =
  | 'KARS_IMAGES_PROGRAM'
  | 'KARS_IMAGES_LOCK_STALE'
  | 'KARS_IMAGES_DOWNLOAD'
  | 'KARS_IMAGES_CHECKSUM'
  | 'KARS_IMAGES_FILE'
  | 'KARS_IMAGES_NODE'
  | 'KARS_IMAGES_NATIVE'
  | 'KARS_IMAGES_SIZE';

/** A fault that ends the building of images. */
export class ImagesFailure extends Error {
  readonly code: ImagesCode;

  constructor(code: ImagesCode, message: string) {
    super(`[${code}] ${message}`);
    this.name = 'ImagesFailure';
    this.code = code;
  }
}

import type { IConstruct } from 'constructs';
import { RELEASE } from '../contract/api.ts';
import type { Problem } from '../contract/problem.ts';
import type { Reader } from '../contract/projection.ts';
import { problem } from '../private/problems.ts';

/** Processes that an image set has an image for. */
export type ImageName = Reader | 'guard';

/** Props of {@link KarsImages.of}. */
export interface KarsImagesProps {
  /** Registry and path before the process names, such as `registry.example.com/kars`. */
  readonly registry: string;
  /** Digest of the image of each process, `sha256:` and 64 hex digits. */
  readonly digests: Readonly<Record<ImageName, string>>;
}

const attached = new WeakMap<IConstruct, KarsImages>();

/** Which images the sidecars run: said once for an app or a platform, inherited by every sandbox below. */
export class KarsImages {
  /** Images as this repository builds and names them on the machine itself. */
  static local(): KarsImages {
    return new KarsImages((name) => `localhost/kars-${name}:${RELEASE}`, {});
  }

  /** Images in a registry, each by digest. */
  static of({ registry, digests }: KarsImagesProps): KarsImages {
    return new KarsImages((name) => `${registry}/kars-${name}@${digests[name]}`, digests);
  }

  /** The images that apply to `scope`: its own, or those of the nearest construct around it. */
  static find(scope: IConstruct): KarsImages | undefined {
    return scope.node.scopes
      .toReversed()
      .map((ancestor) => attached.get(ancestor))
      .find((images) => images !== undefined);
  }

  readonly #reference: (name: ImageName) => string;
  readonly #digests: Readonly<Record<string, string>>;

  private constructor(
    reference: (name: ImageName) => string,
    digests: Readonly<Record<string, string>>,
  ) {
    this.#reference = reference;
    this.#digests = digests;
  }

  /** Makes these the images of `scope` and of everything in it. */
  attachTo(scope: IConstruct): this {
    attached.set(scope, this);
    return this;
  }

  /** Everything that a sandbox refuses about these images. */
  validate(): Problem[] {
    return Object.entries(this.#digests)
      .filter(([, digest]) => !/^sha256:[0-9a-f]{64}$/.test(digest))
      .map(([name, digest]) =>
        problem(
          'KARS_IMAGE_DIGEST',
          `images.digests.${name}`,
          `got "${digest}", supply sha256: and 64 hex digits; a tag can be moved`,
        ),
      );
  }

  /** The image of one process, as a container names it. */
  image(name: ImageName): string {
    return this.#reference(name);
  }
}

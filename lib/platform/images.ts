import { readFileSync } from 'node:fs';
import type { IConstruct } from 'constructs';
import { RELEASE } from '../contract/api.ts';
import { DIGEST } from '../contract/canonical.ts';
import { imageListSchema, type ImageList } from '../contract/image-list.ts';
import { failure, success, type Problem, type Result } from '../contract/problem.ts';
import type { Reader } from '../contract/projection.ts';
import { interpreted, problemsOf } from '../contract/schema-problems.ts';
import { Attachments } from '../private/attachments.ts';
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

/** Props of {@link KarsImages.fromFile}. */
export interface KarsImagesFileProps {
  /**
   * Registry and path that the images were pushed to, such as `registry.example.com/kars`.
   *
   * @default 'localhost': images that were imported into the container runtime of the nodes
   */
  readonly registry?: string;
}

const attached = new Attachments<KarsImages>();

/** Host with an optional port, then a path; no scheme, no tag. */
const REGISTRY = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]+)?(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*$/;

/** Which images the sidecars run: said once for an app or a platform, inherited by every sandbox below. */
export class KarsImages {
  /**
   * Images by the tag of this release under the name `localhost`, which no registry answers to: for
   * local runs, and for manifests that nobody applies.
   */
  static local(): KarsImages {
    return new KarsImages((name) => `localhost/kars-${name}:${RELEASE}`, []);
  }

  /** Images in a registry, each by digest. */
  static of({ registry, digests }: KarsImagesProps): KarsImages {
    return new KarsImages(
      (name) => `${registry}/kars-${name}@${digests[name]}`,
      [...registryProblems(registry), ...digestProblems(digests)],
    );
  }

  /**
   * The images of a list that `npm run images` wrote, `out/images/images.json`; a list that is missing
   * or malformed is refused at synth.
   *
   * @example
   * new KarsPlatform(chart, 'platform', {
   *   images: KarsImages.fromFile('images.json', { registry: 'registry.example.com/kars' }),
   *   admission,
   * });
   */
  static fromFile(path: string, { registry = 'localhost' }: KarsImagesFileProps = {}): KarsImages {
    const list = readList(path);
    if (!list.ok) return new KarsImages(() => '', list.problems);
    const { guard, router, 'egress-proxy': proxy } = list.value.images;
    const digests = { guard: guard.digest, router: router.digest, 'egress-proxy': proxy.digest };
    return KarsImages.of({ registry, digests });
  }

  /** The images that apply to `scope`: its own, or those of the nearest construct around it. */
  static find(scope: IConstruct): KarsImages | undefined {
    return attached.nearest(scope);
  }

  readonly #reference: (name: ImageName) => string;
  readonly #problems: readonly Problem[];

  private constructor(reference: (name: ImageName) => string, problems: readonly Problem[]) {
    this.#reference = reference;
    this.#problems = problems;
  }

  /** Makes these the images of `scope` and of everything in it. */
  attachTo(scope: IConstruct): this {
    attached.set(scope, this);
    return this;
  }

  /** Everything that a sandbox refuses about these images. */
  validate(): Problem[] {
    return [...this.#problems];
  }

  /** The image of one process, as a container names it. */
  image(name: ImageName): string {
    return this.#reference(name);
  }
}

function readList(path: string): Result<ImageList> {
  const at = `images ${path}`;
  const refused = (text: string): Result<never> =>
    failure(problem('KARS_IMAGE_LIST', at, `got ${text}; write the list with: npm run images`));
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    return refused(error instanceof SyntaxError ? 'no JSON' : 'no such file');
  }
  const list = imageListSchema.safeParse(content, interpreted);
  return list.success
    ? success(list.data)
    : failure(...problemsOf(list.error, 'KARS_IMAGE_LIST', at));
}

function registryProblems(registry: string): Problem[] {
  const text = `got "${registry}", supply a host and a path such as registry.example.com/kars, without scheme and tag`;
  return REGISTRY.test(registry) ? [] : [problem('KARS_IMAGE_REGISTRY', 'images.registry', text)];
}

const digestProblems = (digests: Readonly<Record<string, string>>): Problem[] =>
  Object.entries(digests)
    .filter(([, digest]) => !DIGEST.test(digest))
    .map(([name, digest]) =>
      problem(
        'KARS_IMAGE_DIGEST',
        `images.digests.${name}`,
        `got "${digest}", supply sha256: and 64 hex digits; a tag can be moved`,
      ),
    );

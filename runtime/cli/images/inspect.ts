import * as z from 'zod';
import { CommandError } from '../exit-codes.ts';
import { openImage, readBlob, type ImageFiles } from './archive.ts';

/** What an image says about how it is run. */
export interface InspectedImage {
  /** Name that the archive gives it, empty where it has none. */
  readonly name: string;
  /** Digest of its manifest, undefined where the format has none. */
  readonly digest?: string;
  readonly platform: string;
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly user: string;
  readonly env: readonly string[];
  readonly workingDirectory: string;
  readonly layers: number;
  /** Size of its layers in the archive, so compressed where they are. */
  readonly bytes: number;
  /** What `AgentRuntime.container` takes as command; empty when the image names no program. */
  readonly command: readonly string[];
}

/** Most manifests and indexes that are followed: a few indexes that name each other multiply. */
const MOST_MANIFESTS = 256;

const strings = z.array(z.string()).nullish();

const configSchema = z.looseObject({
  architecture: z.string().default(''),
  os: z.string().default(''),
  config: z
    .looseObject({
      Entrypoint: strings,
      Cmd: strings,
      Env: strings,
      User: z.string().nullish(),
      WorkingDir: z.string().nullish(),
    })
    .nullish(),
});

const descriptor = z.looseObject({
  digest: z.string(),
  size: z.int().nonnegative(),
  platform: z.looseObject({ os: z.string(), architecture: z.string() }).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
});

type Descriptor = z.output<typeof descriptor>;

const indexSchema = z.looseObject({ manifests: z.array(descriptor) });

const manifestSchema = z.looseObject({ config: descriptor, layers: z.array(descriptor) });

const isIndex = z.looseObject({ manifests: z.array(z.unknown()) });

const dockerSchema = z
  .array(z.looseObject({ Config: z.string(), RepoTags: strings, Layers: z.array(z.string()) }))
  .max(MOST_MANIFESTS);

/** Everything that an archive, or a layout in a directory, has. */
export async function inspectImages(path: string): Promise<InspectedImage[]> {
  const files = await openImage(path);
  const index = await files.read('index.json');
  if (index !== undefined) {
    const { manifests } = parse(indexSchema, index, 'index.json');
    return fromDescriptors({ files, followed: 0 }, manifests, '');
  }
  const saved = await files.read('manifest.json');
  if (saved !== undefined) return fromDocker(files, saved);
  throw new CommandError(
    'internal',
    `${path}: got no image, supply an OCI archive or layout, or what docker save writes`,
  );
}

interface Walk {
  readonly files: ImageFiles;
  followed: number;
}

/** One after the other, so that too many are noticed before they are read. */
async function fromDescriptors(
  walk: Walk,
  descriptors: readonly Descriptor[],
  outerName: string,
): Promise<InspectedImage[]> {
  const images: InspectedImage[] = [];
  for (const one of descriptors) images.push(...(await fromDescriptor(walk, one, outerName)));
  return images;
}

async function fromDescriptor(
  walk: Walk,
  { digest, platform, annotations }: Descriptor,
  outerName: string,
): Promise<InspectedImage[]> {
  // What builders record about a build stands beside the image, for no platform.
  if (platform?.os === 'unknown') return [];
  walk.followed += 1;
  if (walk.followed > MOST_MANIFESTS) {
    throw new CommandError('internal', `got more than ${MOST_MANIFESTS} manifests and indexes`);
  }
  const { files } = walk;
  const name =
    annotations?.['io.containerd.image.name'] ??
    annotations?.['org.opencontainers.image.ref.name'] ??
    outerName;
  const blob = await readBlob(files, digest);
  if (isIndex.safeParse(parse(z.unknown(), blob, digest)).success) {
    const { manifests } = parse(indexSchema, blob, digest);
    return fromDescriptors(walk, manifests, name);
  }
  const { config, layers } = parse(manifestSchema, blob, digest);
  const bytes = layers.reduce((sum, { size }) => sum + size, 0);
  const content = parse(configSchema, await readBlob(files, config.digest), config.digest);
  return [{ digest, ...describe(name, content, layers.length, bytes) }];
}

async function fromDocker(files: ImageFiles, saved: Uint8Array): Promise<InspectedImage[]> {
  const images = parse(dockerSchema, saved, 'manifest.json');
  return Promise.all(
    images.map(async ({ Config, RepoTags, Layers }) => {
      const content = await files.read(Config);
      if (content === undefined) throw new CommandError('internal', `got no ${Config}`);
      const bytes = Layers.reduce((sum, layer) => sum + (files.size(layer) ?? 0), 0);
      const config = parse(configSchema, content, Config);
      return describe((RepoTags ?? []).join(', '), config, Layers.length, bytes);
    }),
  );
}

function describe(
  name: string,
  { architecture, os, config }: z.output<typeof configSchema>,
  layers: number,
  bytes: number,
): InspectedImage {
  const entrypoint = config?.Entrypoint ?? [];
  const cmd = config?.Cmd ?? [];
  return {
    name,
    platform: `${os}/${architecture}`,
    entrypoint,
    cmd,
    user: config?.User ?? '',
    env: config?.Env ?? [],
    workingDirectory: config?.WorkingDir ?? '',
    layers,
    bytes,
    command: [...entrypoint, ...cmd],
  };
}

function parse<T>(schema: z.ZodType<T>, bytes: Uint8Array, what: string): T {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw new CommandError('internal', `got no JSON in ${what}`);
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new CommandError(
      'internal',
      `got another form in ${what}: ${z.prettifyError(result.error)}`,
    );
  }
  return result.data;
}

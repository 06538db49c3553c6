import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { exitCodes } from '../runtime/cli/exit-codes.ts';
import { formatTable } from '../runtime/cli/table.ts';
import { cacheRoot } from './cache.ts';
import { buildImages } from './images/build.ts';
import { refreshLock } from './images/debian.ts';
import { ImagesFailure } from './images/failure.ts';
import { writeImages } from './images/output.ts';
import type { Workshop } from './images/run.ts';

const USAGE = `usage: npm run images -- [--out DIRECTORY] [--cache DIRECTORY] [--no-sbom] [--refresh-lock] [--json]

  --out DIRECTORY    where the list, the archives and the SBOMs go (out/images)
  --cache DIRECTORY  where downloads and built layers are kept
  --no-sbom          do not describe what the images are made of
  --refresh-lock     first lock the versions of the Debian packages that there are now
  --json             print the list instead of a table
`;

function parse() {
  return parseArgs({
    options: {
      out: { type: 'string', default: 'out/images' },
      cache: { type: 'string', default: cacheRoot() },
      'no-sbom': { type: 'boolean', default: false },
      'refresh-lock': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  }).values;
}

async function main(): Promise<number> {
  let options: ReturnType<typeof parse>;
  try {
    options = parse();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return exitCodes.usage;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return exitCodes.ok;
  }
  const started = Date.now();
  const workshop: Workshop = {
    cache: resolve(options.cache),
    progress: (text) => {
      const seconds = String(Math.round((Date.now() - started) / 1000)).padStart(4);
      process.stderr.write(`${seconds} s  ${text}\n`);
    },
  };
  mkdirSync(workshop.cache, { recursive: true });
  if (options['refresh-lock']) await refreshLock(workshop);
  const built = await buildImages(workshop);
  const list = await writeImages(built, options.out, !options['no-sbom'], workshop);
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;
  const rows = built.map(({ name, unpackedBytes, digest }) => [
    `kars-${name}`,
    megabytes(unpackedBytes),
    digest,
  ]);
  const table = formatTable([['image', 'unpacked', 'digest'], ...rows]);
  process.stdout.write(`${options.json ? JSON.stringify(list, null, 2) : table}\n`);
  return exitCodes.ok;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode =
    error instanceof ImagesFailure && error.code === 'KARS_IMAGES_SIZE'
      ? exitCodes.failed
      : exitCodes.internal;
}

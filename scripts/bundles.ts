import { build, type BuildOptions, type BuildResult, type Metafile } from 'esbuild';

/** Programs of kars-runtime: the name of the bundle and its entry point. */
export const programs = {
  router: 'runtime/router/main.ts',
  'egress-proxy': 'runtime/egress-proxy/main.ts',
  agent: 'runtime/agent/main.ts',
  cli: 'runtime/cli/main.ts',
} as const;

/** The name of a program. */
export type Program = keyof typeof programs;

/** How a program becomes a single file. */
export function bundleOptions(program: Program): BuildOptions & { metafile: true } {
  return {
    entryPoints: [programs[program]],
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    conditions: ['kars:source'],
    metafile: true,
    // The same bundle from any checkout, whatever stands above it.
    tsconfigRaw: {},
    // The text of a program stays in memory as long as it runs.
    minifyWhitespace: true,
    legalComments: 'linked',
    logLevel: 'warning',
    // Some dependencies are CommonJS and call require() for what Node itself brings. The bundler does not
    // see this line, so its name must be one that no module imports.
    banner: {
      js: "import { createRequire as requireOfBundle } from 'node:module'; const require = requireOfBundle(import.meta.url);",
    },
  };
}

/** Bundles one program into a single file; without `outfile` nothing is written. */
export async function bundle(
  program: Program,
  outfile?: string,
): Promise<BuildResult & { metafile: Metafile }> {
  return build({
    ...bundleOptions(program),
    ...(outfile === undefined ? { write: false, outdir: 'out' } : { outfile }),
  });
}

/** Directories of the packages that end up in a bundle, sorted. */
export function packageDirectoriesIn({ inputs }: Metafile): string[] {
  const directories = Object.keys(inputs).flatMap(
    (path) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [],
  );
  return [...new Set(directories)].sort();
}

/** Names of the packages that end up in a bundle, sorted. */
export function packagesIn(metafile: Metafile): string[] {
  const names = packageDirectoriesIn(metafile).map((path) => path.replace(/.*node_modules\//, ''));
  return [...new Set(names)].sort();
}

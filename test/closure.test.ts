import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from './support/documents.ts';
import { bundle, packagesIn, programs, type Program } from '../scripts/bundles.ts';

interface Package {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly private?: boolean;
}

const read = (path: string): Package => JSON.parse(readFileSync(path, 'utf8')) as Package;

describe.each(Object.keys(programs) as Program[])('the bundle of %s', (program) => {
  it('is a module', async () => {
    const path = join(temporaryDirectory(), `${program}.mjs`);
    await bundle(program, path);
    expect(spawnSync(process.execPath, ['--check', path], { encoding: 'utf8' }).stderr).toBe('');
  });

  it('holds these packages and no others, and no native module', async () => {
    const { metafile } = await bundle(program);
    const packages = packagesIn(metafile);
    expect(packages.filter((name) => /cdk8s|constructs|pulumi/.test(name))).toEqual([]);
    expect(Object.keys(metafile.inputs).filter((path) => path.endsWith('.node'))).toEqual([]);
    expect(
      Object.keys(metafile.inputs).filter((path) => /^lib\/(?!contract\/|signing\/)/.test(path)),
    ).toEqual([]);
    await expect(`${packages.join('\n')}\n`).toMatchFileSnapshot(
      `__snapshots__/closure/${program}.txt`,
    );
  });
});

it.each(['router', 'egress-proxy'] as const)(
  '%s does not import node:http, which is 7 MB as a module',
  async (program) => {
    const { metafile } = await bundle(program);
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    const named = imports.filter(({ kind }) => kind === 'import-statement').map(({ path }) => path);
    expect(named).toContain('node:net');
    expect(named.filter((path) => /^(node:)?https?$/.test(path))).toEqual([]);
  },
);

it('the router starts without the libraries for spans, which only who traces needs', async () => {
  const { metafile } = await bundle('router');
  const started = new Set<string>();
  const start = (path: string): void => {
    if (started.has(path)) return;
    started.add(path);
    const { imports = [] } = metafile.inputs[path] ?? {};
    for (const one of imports) if (one.kind !== 'dynamic-import') start(one.path);
  };
  start('runtime/router/main.ts');
  // Metrics bring the API along.
  const spans = /@opentelemetry\/(?!api\/)/;
  expect(started.size).toBeGreaterThan(100);
  expect(Object.keys(metafile.inputs).some((path) => spans.test(path))).toBe(true);
  expect([...started].filter((path) => spans.test(path))).toEqual([]);
});

it('the egress proxy has no texts of zod in other languages, which all come with a named import of z', async () => {
  const { metafile } = await bundle('egress-proxy');
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  const texts = inputs.filter(([path, { bytesInOutput }]) => /zod.*locales/.test(path) && bytesInOutput > 0); // prettier-ignore
  expect(texts.map(([path]) => path.replace(/.*locales/, ''))).not.toContain('/de.js');
});

describe('the published packages', () => {
  it('of constructs brings zod and the public suffix list, and nothing else', () => {
    expect(Object.keys(read('package.json').dependencies ?? {})).toEqual(['tldts', 'zod']);
  });

  it.each(['package.json', 'runtime/package.json'])(
    'of %s pins no Node.js and knows no Pulumi',
    (path) => {
      const { dependencies = {}, optionalDependencies = {} } = read(path);
      const names = Object.keys({ ...dependencies, ...optionalDependencies });
      expect(names.filter((name) => /^node-|^@pulumi/.test(name))).toEqual([]);
    },
  );

  it('do not include the workspaces that are private', () => {
    expect(read('tools/node/package.json').private).toBe(true);
    expect(read('stacks/package.json').private).toBe(true);
  });

  it('have one version, which the contract knows', async () => {
    const { RELEASE } = await import('kars-constructs/contract');
    for (const path of ['package.json', 'runtime/package.json']) {
      expect((read(path) as { version?: string }).version).toBe(RELEASE);
    }
  });

  it('have a licence', () => {
    expect(existsSync('LICENSE')).toBe(true);
  });
});

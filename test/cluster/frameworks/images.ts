import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { copyFile, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheRoot } from '../../../scripts/cache.ts';
import { writeOciArchive } from '../node/oci-archive.ts';
import { baseLayer, must, tar } from '../node/test-images.ts';

/** An agent framework, in an image of its own from the packages that its lock file pins. */
export interface Framework {
  readonly name: string;
  readonly image: string;
  readonly command: readonly string[];
  /** Files beside this one that decide what the image has. */
  readonly files: readonly string[];
}

const PYTHON = '/usr/bin/python3';

const frameworkOf = (
  name: string,
  command: readonly string[],
  files: readonly string[],
): Framework => ({ name, image: `localhost/kars-test-${name}:1`, command, files });

/** The frameworks that have to work in a sandbox. */
export const frameworks = {
  'openai-agents': frameworkOf('openai-agents', ['/usr/local/bin/node', '/app/agent.mjs'], [
    'openai-agents/package.json',
    'openai-agents/package-lock.json',
    'openai-agents/agent.mjs',
  ]), // prettier-ignore
  'pydantic-ai': frameworkOf('pydantic-ai', [PYTHON, '/app/agent.py'], [
    'pydantic-ai/requirements.txt',
    'pydantic-ai/agent.py',
    'tools.py',
  ]), // prettier-ignore
  anthropic: frameworkOf('anthropic', [PYTHON, '/app/agent.py'], [
    'anthropic/requirements.txt',
    'anthropic/agent.py',
    'tools.py',
  ]), // prettier-ignore
  langgraph: frameworkOf('langgraph', [PYTHON, '/app/agent.py'], [
    'langgraph/requirements.txt',
    'langgraph/agent.py',
    'tools.py',
  ]), // prettier-ignore
} as const;

const source = (file: string): string => fileURLToPath(new URL(`./${file}`, import.meta.url));

/** Archive of all images; another one for each state of what they are made from. */
export function frameworkArchive(): string {
  const hash = createHash('sha256').update(process.version).update(baseLayer());
  for (const file of Object.values(frameworks).flatMap(({ files }) => files)) {
    hash.update(readFileSync(source(file)));
  }
  return join(cacheRoot(), `frameworks-${hash.digest('hex').slice(0, 16)}.tar`);
}

/** Whether {@link buildFrameworks} has run. */
export const areFrameworksBuilt = (): boolean => existsSync(frameworkArchive());

/** Installs the frameworks by their own package managers, and writes the images. */
export async function buildFrameworks(): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'kars-frameworks-'));
  try {
    const node = join(work, 'node');
    await mkdir(join(node, 'usr/local/bin'), { recursive: true });
    await copyFile(process.execPath, join(node, 'usr/local/bin/node'));
    const layers = [baseLayer(), await layerOf(node)];
    const images = [];
    for (const { name, image, files } of Object.values(frameworks)) {
      const root = join(work, name);
      const app = join(root, 'app');
      await mkdir(app, { recursive: true });
      for (const file of files) await cp(source(file), join(app, file.replace(/.*\//, '')));
      await (name === 'openai-agents' ? installNpm(app) : installPip(app));
      images.push({
        name: image,
        layers: [...layers, await layerOf(root)],
        entrypoint: [],
        user: '1000',
        env: ['PYTHONPATH=/app/site'],
      });
    }
    const unfinished = `${frameworkArchive()}.unfinished`;
    await writeOciArchive(unfinished, images);
    await rename(unfinished, frameworkArchive());
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

const installNpm = (app: string): Promise<void> =>
  must('npm', ['ci', '--prefix', app, '--ignore-scripts', '--no-audit', '--no-fund']);

/** Compiled in the image, since a read-only root keeps nothing that Python compiles. */
async function installPip(app: string): Promise<void> {
  const site = join(app, 'site');
  const packages = ['--no-deps', '--only-binary=:all:', '--requirement', join(app, 'requirements.txt')]; // prettier-ignore
  await must(PYTHON, ['-m', 'pip', 'install', '--quiet', '--target', site, ...packages]);
  await must(PYTHON, ['-m', 'compileall', '-q', '-s', app, '-p', '/app', app]);
}

async function layerOf(directory: string): Promise<string> {
  const archive = `${directory}.tar`;
  await tar(directory, archive);
  return archive;
}

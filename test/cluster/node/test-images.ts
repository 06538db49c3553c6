import { existsSync } from 'node:fs';
import { chmod, copyFile, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from '../../../scripts/bundles.ts';
import { launcherProgram } from '../../kernel/programs.ts';
import { cacheDirectory } from '../binaries.ts';
import { PAUSE_IMAGE } from './containerd.ts';
import { run } from './ctr.ts';
import { writeOciArchive } from './oci-archive.ts';

/** Image of agents in tests: Debian with Python, Node and git. */
export const AGENT_IMAGE = 'localhost/kars-test-agent:1';

const BASE_PACKAGES =
  'libatomic1,libstdc++6,nftables,iptables,python3,python3-venv,curl,iproute2,procps,git';

const PAUSE_SOURCE = fileURLToPath(new URL('../pause', import.meta.url));

const baseLayer = (): string => join(cacheDirectory(), 'debian.tar');

/** Whether {@link buildBase} has run. */
export const isBaseBuilt = (): boolean => existsSync(baseLayer());

/** Makes the layer that all images of the tests have. */
export async function buildBase(): Promise<void> {
  await mkdir(cacheDirectory(), { recursive: true });
  const unfinished = `${baseLayer()}.unfinished.tar`;
  await must('mmdebstrap', [
    '--variant=minbase',
    `--include=${BASE_PACKAGES}`,
    'bookworm',
    unfinished,
  ]);
  await rename(unfinished, baseLayer());
}

/**
 * Writes the images of a sandbox, with the processes of this checkout.
 *
 * @returns path of the archive
 */
export async function writeSandboxImages(directory: string): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'kars-layer-'));
  try {
    const root = join(work, 'root');
    await fillRoot(root);
    const [programs, pause] = [join(work, 'programs.tar'), join(work, 'pause.tar')];
    await tar(root, programs);
    await mkdir(join(work, 'pause'));
    await must('go', ['build', '-C', PAUSE_SOURCE, '-o', join(work, 'pause', 'pause')]);
    await tar(join(work, 'pause'), pause);
    const archive = join(directory, 'images.tar');
    const layers = [baseLayer(), programs];
    await writeOciArchive(archive, [
      { name: PAUSE_IMAGE, layers: [pause], entrypoint: ['/pause'], user: '65534' },
      { name: AGENT_IMAGE, layers, entrypoint: [], user: '1000' },
      {
        name: 'localhost/kars-guard:0.1.0',
        layers,
        entrypoint: ['/guard'],
        user: '0',
      },
      ...['router', 'egress-proxy'].map((name) => ({
        name: `localhost/kars-${name}:0.1.0`,
        layers,
        entrypoint: ['/usr/local/bin/node', `/app/${name}.js`],
        user: '65534',
      })),
    ]);
    return archive;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function fillRoot(root: string): Promise<void> {
  await mkdir(join(root, 'app'), { recursive: true });
  await mkdir(join(root, 'usr/local/bin'), { recursive: true });
  await cp(process.execPath, join(root, 'usr/local/bin/node'));
  await bundle('router', join(root, 'app/router.js'));
  await bundle('egress-proxy', join(root, 'app/egress-proxy.js'));
  for (const name of ['guard', 'launch'] as const) {
    await copyFile(launcherProgram(name), join(root, name));
    await chmod(join(root, name), 0o755);
  }
}

const tar = (directory: string, archive: string): Promise<void> =>
  must('tar', ['-C', directory, '--owner=0', '--group=0', '-cf', archive, '.']);

async function must(program: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(program, args);
  if (code !== 0) throw new Error(`[KARS_NODE_IMAGE] ${program}: ${stderr}`);
}

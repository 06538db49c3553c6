import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { QuickstartReport } from '../../../runtime/cli/quickstart/report.ts';
import { startScriptedModel } from '../../../runtime/cli/quickstart/scripted-model.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { kars } from '../../support/kars.ts';

const EXAMPLE = resolve('examples/quickstart/main.ts');

/** Directories of this test alone: for manifests, and for what programs think temporary. */
function places(): { root: string; out: string; temporary: string } {
  const root = temporaryDirectory();
  const temporary = join(root, 'tmp');
  mkdirSync(temporary);
  return { root, out: join(root, 'out'), temporary };
}

describe('a quickstart that is asked to end', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const)('by %s ends with code %d and leaves no file', async (signal, code) => {
    const { out, temporary } = places();
    const child = spawn(
      process.execPath,
      ['--conditions=kars:source', 'runtime/cli/main.ts', 'quickstart', '--out', out],
      {
        env: { PATH: process.env['PATH'], TMPDIR: temporary },
        stdio: ['ignore', 'ignore', 'ignore'],
      },
    );
    const ended = once(child, 'exit');
    onTestFinished(() => void child.kill('SIGKILL'));
    const started = (): boolean =>
      readdirSync(temporary).some((name) => name.startsWith('kars-credentials-'));
    while (!started() && child.exitCode === null) await delay(5);
    child.kill(signal);
    expect(await ended).toEqual([code, null]);
    expect(readdirSync(temporary).filter((name) => name.startsWith('kars-'))).toEqual([]);
  });

  it('takes its children with it', async () => {
    const library = resolve('runtime/cli/local/spawn-node.ts');
    const program = `
      import { spawnNode } from ${JSON.stringify(library)};
      spawnNode(['-e', 'console.log(process.pid); setInterval(() => 0, 1e6)'], {
        env: {}, stdio: ['ignore', 'inherit', 'inherit'],
      });
      process.stdin.once('data', () => process.exit());
    `;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = Number(line.toString());
    expect(child).toBeGreaterThan(0);
    onTestFinished(() => {
      // An open stream says that the child lives, so that the id is still its own.
      if (!parent.stdout.readableEnded) process.kill(child, 'SIGKILL');
    });
    // The child holds the other end of this stream too: it ends only when both are gone.
    const closed = once(parent.stdout.resume(), 'end');
    parent.stdin.end('x');
    await closed;
  });
});

describe('what the quickstart is given', () => {
  it('is refused when the directory holds more than manifests, which stays as it is', async () => {
    const { root, out } = places();
    mkdirSync(out);
    writeFileSync(join(out, 'values.yaml'), 'mine');
    writeFileSync(join(out, 'old.k8s.yaml'), 'old');
    const { code, stdout, stderr } = await kars(['quickstart', '--out', out]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`got --out ${out}, which holds values.yaml`);
    expect(readdirSync(out).sort()).toEqual(['old.k8s.yaml', 'values.yaml']);
    expect(readdirSync(root).sort()).toEqual(['out', 'tmp']);
  });

  it('is refused when there is no such app', async () => {
    const { code, stderr } = await kars(['quickstart', 'nowhere.ts', '--out', places().out]);
    expect(code).toBe(2);
    expect(stderr).toContain('got the app nowhere.ts, supply the path of a cdk8s app');
  });

  it('is refused when the app writes its manifests elsewhere', async () => {
    const { root, out } = places();
    const app = join(root, 'app.mjs');
    writeFileSync(app, '');
    const { code, stderr } = await kars(['quickstart', app, '--out', out]);
    expect(code).toBe(3);
    expect(stderr).toContain('call app.synth(), and leave outdir of App to CDK8S_OUTDIR');
  });
});

describe('a quickstart with a model of the user', () => {
  const KEY = 'sk-of-the-user-55e0';

  it('runs a third time, keeps no key, and prints nothing but the report', async () => {
    const model = await startScriptedModel();
    onTestFinished(model.close);
    const { root, out, temporary } = places();
    const app = join(root, 'app.ts');
    writeFileSync(
      app,
      `console.log('a word of the app');\nawait import(${JSON.stringify(EXAMPLE)});\n`,
    );
    const { code, stdout, stderr } = await kars(
      ['quickstart', app, '--out', out, '--keep', '--json'],
      '',
      {
        TMPDIR: temporary,
        OPENAI_API_KEY: KEY,
        OPENAI_BASE_URL: `http://127.0.0.1:${model.port}/v1`,
        // A proxy of the user that must not see what stays on this machine.
        NODE_USE_ENV_PROXY: '1',
        HTTP_PROXY: 'http://127.0.0.1:9',
      },
    );
    expect(stderr).toContain('a word of the app');
    expect(code).toBe(0);
    const { ownModel } = JSON.parse(stdout) as QuickstartReport;
    expect(ownModel).toMatchObject({ collectorHasSecret: false, summaryDelivered: true });
    expect(new Set(model.authorizations)).toEqual(new Set([`Bearer ${KEY}`]));
    const kept = readdirSync(temporary).filter((name) => name.startsWith('kars-'));
    expect(kept).toEqual([expect.stringMatching(/^kars-quickstart-/)]);
    const files = readdirSync(join(temporary, kept[0] ?? ''), {
      recursive: true,
      withFileTypes: true,
    })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name));
    expect(files.filter((file) => file.endsWith('audit.jsonl'))).toHaveLength(4);
    expect(files.filter((file) => readFileSync(file, 'utf8').includes(KEY))).toEqual([]);
  });

  it.each(['http://127.0.0.1:1/v1', 'nonsense'])(
    'holds all the same when %s serves none',
    async (address) => {
      const { code, stdout } = await kars(['quickstart', '--out', places().out, '--json'], '', {
        OPENAI_API_KEY: KEY,
        OPENAI_BASE_URL: address,
      });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).not.toHaveProperty('ownModel.summary');
      expect(stdout).not.toContain(KEY);
    },
  );
});

describe('the app of the quickstart', () => {
  it('is at most 25 lines, imports aside', () => {
    const [imports = '', ...rest] = readFileSync(EXAMPLE, 'utf8').split(
      /(?<=^import .*;$|^} from .*;$)\n\n/m,
    );
    expect(imports).toContain('kars-constructs');
    const lines = rest
      .join('\n')
      .split('\n')
      .filter((line) => line.trim() !== '');
    expect(lines.some((line) => line.startsWith('import '))).toBe(false);
    expect(lines.length).toBeLessThanOrEqual(25);
    expect(lines.length).toBeGreaterThan(10);
  });
});

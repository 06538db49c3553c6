import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { contentDigest } from '../../lib/contract/canonical.ts';
import { strictProfile } from '../../lib/sandbox/seccomp/localhost-profile.ts';
import { temporaryDirectory } from '../support/documents.ts';
import { launcherProgram } from './programs.ts';

const { body, digest } = strictProfile();

/** A directory that stands for the one of the node, and the profile as it is mounted. */
function place() {
  const root = temporaryDirectory();
  const node = join(root, 'node');
  mkdirSync(node);
  const source = join(root, 'profile.json');
  writeFileSync(source, body);
  return { node, source, file: join(node, 'kars-strict-new.json') };
}

interface Attempt {
  readonly install?: string;
  readonly file: string;
  readonly digest?: string;
}

const argumentsOf = ({ install, file, digest: wanted = digest }: Attempt): string[] => [
  'profile',
  ...(install === undefined ? [] : [`--install=${install}`]),
  `--file=${file}`,
  `--digest=${wanted}`,
];

function run(attempt: Attempt) {
  const { status, stderr } = spawnSync(launcherProgram('guard'), argumentsOf(attempt), {
    encoding: 'utf8',
  });
  const { code } = JSON.parse(stderr.trim() === '' ? '{}' : stderr) as { code?: string };
  return { status, code };
}

const well = { status: 0, code: undefined };

describe('the seccomp profile of a node', () => {
  it('is not written when it is not the one of the release', () => {
    const { node, source, file } = place();
    writeFileSync(source, body.replace('SCMP_ACT_ERRNO', 'SCMP_ACT_ALLOW'));
    expect(run({ install: source, file })).toEqual({ status: 1, code: 'KARS_DOCUMENT_DIGEST' });
    expect(readdirSync(node)).toEqual([]);
  });

  it('is not written where there is no directory, which is said', () => {
    const { source, node } = place();
    const file = join(node, 'none', 'kars-strict-new.json');
    expect(run({ install: source, file })).toEqual({ status: 1, code: 'KARS_PROFILE_INSTALL' });
  });

  it('is missing when there is none, or another one under its name', () => {
    const { file } = place();
    expect(run({ file })).toEqual({ status: 1, code: 'KARS_PROFILE_MISSING' });
    writeFileSync(file, '{"defaultAction":"SCMP_ACT_ALLOW"}');
    expect(run({ file })).toEqual({ status: 1, code: 'KARS_PROFILE_MISSING' });
    writeFileSync(file, body);
    expect(run({ file })).toEqual(well);
    expect(run({ file, digest: contentDigest('another') })).toMatchObject({ status: 1 });
  });

  it('is written beside those of other releases, over a wrong one, and once', () => {
    const { node, source, file } = place();
    const older = join(node, 'kars-strict-old.json');
    writeFileSync(older, 'of the last release');
    writeFileSync(file, 'half of it');
    expect(run({ install: source, file })).toEqual(well);
    expect(readFileSync(file, 'utf8')).toBe(body);
    expect(statSync(file).mode & 0o777).toBe(0o444);
    const written = statSync(file).ino;
    expect(run({ install: source, file })).toEqual(well);
    expect(statSync(file).ino).toBe(written);
    expect(readdirSync(node).sort()).toEqual(['kars-strict-new.json', 'kars-strict-old.json']);
    expect(readFileSync(older, 'utf8')).toBe('of the last release');
  });

  it('is watched until the program is told to end', async () => {
    const { source, file } = place();
    run({ install: source, file });
    const child = spawn(launcherProgram('guard'), [...argumentsOf({ file }), '--wait']);
    const [line] = (await once(child.stderr, 'data')) as [Buffer];
    expect(JSON.parse(line.toString())).toMatchObject({ event: 'profile-present' });
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
  });
});

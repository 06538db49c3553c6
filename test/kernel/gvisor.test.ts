import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { canonicalJson, contentDigest } from '../../lib/contract/canonical.ts';
import { guardDocumentFor } from '../../lib/sandbox/guard/guard-document.ts';
import { launchDocumentFor } from '../../lib/sandbox/launch/launch-document.ts';
import { temporaryDirectory } from '../support/documents.ts';
import { launcherProgram } from './programs.ts';

/** Runs a command on the kernel of gVisor; ptrace needs no hardware. */
const inGvisor = (...command: readonly string[]) =>
  spawnSync(
    'runsc',
    ['--platform=ptrace', '--ignore-cgroups', '--network=none', 'do', ...command],
    { encoding: 'utf8', timeout: 50_000 },
  );

function place() {
  const root = temporaryDirectory();
  const path = (name: string): string => join(root, name);
  mkdirSync(path('writable'));
  const documents = {
    guard: canonicalJson(guardDocumentFor([])),
    launch: canonicalJson(
      launchDocumentFor({
        isolation: 'confidential',
        writable: [path('writable')],
        connectPorts: 'Any',
        minLandlockAbi: 1,
      }),
    ),
  };
  writeFileSync(path('guard.json'), documents.guard);
  writeFileSync(path('launch.json'), documents.launch);
  return { path, documents };
}

const lastRecord = (stderr: string): unknown => JSON.parse(stderr.trim().split('\n').at(-1) ?? '');

describe('a sandbox on a kernel that is not that of the node', () => {
  it('is refused by the guard where the kernel has no packet filter', () => {
    const { path, documents } = place();
    const { status, stderr } = inGvisor(
      launcherProgram('guard'),
      `--document=${path('guard.json')}`,
      `--document-digest=${contentDigest(documents.guard)}`,
      `--launch-document=${path('launch.json')}`,
      `--launch-digest=${contentDigest(documents.launch)}`,
      `--install=${path('writable')}`,
      `--launcher=${launcherProgram('launch')}`,
    );
    expect(status).toBe(1);
    expect(lastRecord(stderr)).toMatchObject({
      code: 'KARS_GUARD_BACKEND',
      error: expect.stringContaining('run the sandbox on a node whose kernel has one') as string,
    });
  });

  it('is refused by the launcher too, before it comes to Landlock', () => {
    const { path } = place();
    const { status, stderr } = inGvisor(
      launcherProgram('launch'),
      `--document=${path('launch.json')}`,
      '--',
      '/bin/true',
    );
    expect(status).not.toBe(0);
    expect(lastRecord(stderr)).toMatchObject({ code: 'KARS_LAUNCH_DESCRIPTORS' });
  });

  it('runs other programs there (negative control)', () => {
    expect(inGvisor('dmesg').stdout).toContain('Starting gVisor');
  });
});

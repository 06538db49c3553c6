import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { launchDocumentFor } from '../../lib/sandbox/launch/launch-document.ts';
import { temporaryDirectory } from '../support/documents.ts';
import { placeGuard } from './guard-files.ts';
import { launcherProgram } from './programs.ts';

/** Runs a command on the kernel of gVisor; ptrace needs no hardware. */
const inGvisor = (...command: readonly string[]) =>
  spawnSync(
    'runsc',
    ['--platform=ptrace', '--ignore-cgroups', '--network=none', 'do', ...command],
    { encoding: 'utf8', timeout: 50_000 },
  );

const lastRecord = (stderr: string): unknown => JSON.parse(stderr.trim().split('\n').at(-1) ?? '');

describe('a sandbox on a kernel that is not that of the node', () => {
  it('is refused by the guard where the kernel has no packet filter', () => {
    const { args } = placeGuard(temporaryDirectory());
    const { status, stderr } = inGvisor(launcherProgram('guard'), ...args);
    expect(status).toBe(1);
    expect(lastRecord(stderr)).toMatchObject({
      code: 'KARS_GUARD_BACKEND',
      error: expect.stringContaining('run the sandbox on a node whose kernel has one') as string,
    });
  });

  it('is refused by the launcher too, before it comes to Landlock', () => {
    const root = temporaryDirectory();
    const document = join(root, 'launch.json');
    const input = { isolation: 'confidential', connectPorts: 'Any', minLandlockAbi: 1 } as const;
    writeFileSync(document, JSON.stringify(launchDocumentFor({ ...input, writable: [root] })));
    const command = [`--document=${document}`, '--', '/bin/true'];
    const { status, stderr } = inGvisor(launcherProgram('launch'), ...command);
    expect(status).not.toBe(0);
    expect(lastRecord(stderr)).toMatchObject({ code: 'KARS_LAUNCH_DESCRIPTORS' });
  });

  it('runs other programs there (negative control)', () => {
    expect(inGvisor('dmesg').stdout).toContain('Starting gVisor');
  });
});

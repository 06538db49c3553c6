import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchDocumentFor } from '../../lib/sandbox/launch/launch-document.ts';
import { launcherProgram } from './programs.ts';

/**
 * Calls with arguments that the kernel itself does not refuse with the same error, by number on x86_64.
 * Each runs in a process of its own, since some change what comes after.
 */
const calls: Readonly<Record<string, readonly [refusal: 'EPERM' | 'ENOSYS', ...call: number[]]>> = {
  'clone with a user namespace': ['EPERM', 56, 0x1000_0011, 0, 0, 0, 0],
  clone3: ['ENOSYS', 435, 0, 0],
  'unshare of a user namespace': ['EPERM', 272, 0x1000_0000],
  'setns of no descriptor': ['EPERM', 308, -1, 0],
  'ptrace of no process': ['EPERM', 101, 16, 999_999, 0, 0],
  'process_vm_readv of no process': ['EPERM', 310, 999_999, 0, 0, 0, 0, 0],
  'process_vm_writev of no process': ['EPERM', 311, 999_999, 0, 0, 0, 0, 0],
  'pidfd_getfd of no descriptor': ['EPERM', 438, -1, 0, 0],
  'process_madvise of no descriptor': ['EPERM', 440, -1, 0, 0, 0, 0],
  'kcmp of no process': ['EPERM', 312, 999_999, 999_998, 0, 0, 0],
  'keyctl for the session keyring': ['EPERM', 250, 0, -3, 0],
  'add_key without a type': ['EPERM', 248, 0, 0, 0, 0, 0],
  'request_key without a type': ['EPERM', 249, 0, 0, 0, 0],
  'perf_event_open without attributes': ['EPERM', 298, 0, 0, 0, 0, 0],
  'io_uring_setup without parameters': ['ENOSYS', 425, 1, 0],
  'io_uring_enter of no descriptor': ['ENOSYS', 426, -1, 0, 0, 0, 0, 0],
  'io_uring_register of no descriptor': ['ENOSYS', 427, -1, 0, 0, 0],
  'name_to_handle_at of no path': ['EPERM', 303, -100, 0, 0, 0, 0],
  'get_mempolicy with a wrong flag': ['EPERM', 239, 0, 0, 0, 0, 0xff],
  'mbind with a wrong flag': ['EPERM', 237, 0, 4096, 0, 0, 0, 0xff],
  'move_pages of no process': ['EPERM', 279, 999_999, 0, 0, 0, 0, 0],
  'modify_ldt of a wrong function': ['EPERM', 154, 99, 0, 0],
  'memfd_secret of a wrong flag': ['EPERM', 447, 0x99],
  'fsconfig of no descriptor': ['EPERM', 431, -1, 99, 0, 0, 0],
  'personality of another system': ['EPERM', 135, 0x40_0000],
  'socket of the vsock family': ['EPERM', 41, 40, 1, 0],
  'socket of the kernel crypto family': ['EPERM', 41, 38, 5, 0],
  'socket of netlink for netfilter': ['EPERM', 41, 16, 3, 12],
  'socket of a family with bits above the word that the kernel reads': ['EPERM', 41, 0x1_0000_0002, 1, 0], // prettier-ignore
};

const script = `
import ctypes, json, os, errno, sys
libc = ctypes.CDLL(None, use_errno=True)
results = {}
for name, numbers in json.loads(sys.argv[1]).items():
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        result = libc.syscall(*[ctypes.c_long(number) for number in numbers])
        text = "passed" if result >= 0 else errno.errorcode[ctypes.get_errno()]
        os.write(write, text.encode())
        os._exit(0)
    os.close(write)
    results[name] = os.read(read, 64).decode()
    os.close(read)
    os.waitpid(child, 0)
print(json.dumps(results))
`;

/** The outcome of every call as an agent without the launcher, or with it. */
function outcomes(before: readonly string[]): Record<string, string> {
  const numbers = Object.entries(calls).map(([name, [, ...call]]) => [name, call]);
  const { stdout, stderr } = spawnSync(
    'setpriv',
    [
      '--reuid=1000',
      '--regid=1000',
      '--clear-groups',
      '--bounding-set=-all',
      '--inh-caps=-all',
      '--no-new-privs',
      ...before,
      '/usr/bin/python3',
      '-c',
      script,
      JSON.stringify(Object.fromEntries(numbers)),
    ],
    { encoding: 'utf8' },
  );
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, string>;
}

function launcher(root: string): string[] {
  chmodSync(root, 0o755);
  const document = join(root, 'launch.json');
  const input = { isolation: 'enhanced', writable: [], connectPorts: 'Any' } as const;
  writeFileSync(document, JSON.stringify(launchDocumentFor({ ...input, minLandlockAbi: 1 })));
  return [launcherProgram('launch'), `--document=${document}`, '--'];
}

describe.runIf(process.arch === 'x64')('the filter of system calls (x86_64 alone)', () => {
  const root = mkdtempSync(join(tmpdir(), 'kars-syscalls-'));
  let free: Record<string, string> = {};
  let held: Record<string, string> = {};
  beforeAll(() => {
    free = outcomes([]);
    held = outcomes(launcher(root));
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it.each(Object.entries(calls))('refuses %s, and nothing else does', (name, [refusal]) => {
    expect(held[name]).toBe(refusal);
    expect(free[name]).not.toBe(refusal);
  });
});

import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../support/documents.ts';
import { placeGuard } from './guard-files.ts';
import { launcherProgram } from './programs.ts';

const NAMESPACE = fileURLToPath(new URL('./user-namespace.py', import.meta.url));

/** Sends one packet to a host outside the pod as each of the users, and says what came of it. */
const ATTEMPTS = `
import json, os, socket
outcomes = {}
for user in (0, 1000, 1001, 1002, 12345):
    read, write = os.pipe()
    if os.fork() == 0:
        os.setresuid(user, user, user)
        try:
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"?", ("10.0.0.1", 123))
            os.write(write, b"sent")
        except OSError as error:
            os.write(write, os.strerror(error.errno).encode())
        os._exit(0)
    outcomes[user] = os.read(read, 64).decode()
print(json.dumps(outcomes))
`;

/** A pod with users of its own: a network namespace that its user namespace owns, and a route out. */
function attemptsWith(before: readonly string[]): unknown {
  const network = [
    'ip link set lo up',
    'ip link add eth0 type veth peer name eth1',
    'ip link set eth0 up',
    'ip addr add 10.0.0.2/24 dev eth0',
  ];
  const script = [...network, ...before, `exec /usr/bin/python3 -c '${ATTEMPTS}'`].join('\n');
  const { status, stdout, stderr } = spawnSync(
    '/usr/bin/python3',
    [NAMESPACE, '/bin/sh', '-ec', script],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
}

/** The command of the guard, with programs and documents where root of the namespace may read them. */
function guardCommand(): string {
  const root = temporaryDirectory();
  chmodSync(root, 0o755);
  const { path, args } = placeGuard(root, undefined, join(root, 'launch'));
  chmodSync(path('install'), 0o777);
  for (const name of ['guard', 'launch'] as const) copyFileSync(launcherProgram(name), path(name));
  return [path('guard'), ...args].join(' ');
}

describe('the packet rules of a pod with users of its own', () => {
  it('know the users by their numbers in the pod', () => {
    expect(attemptsWith([guardCommand()])).toEqual({
      0: 'Operation not permitted',
      1000: 'Operation not permitted',
      1001: 'sent',
      1002: 'sent',
      12345: 'Operation not permitted',
    });
  });

  it('are what refuses (negative control)', () => {
    expect(attemptsWith([])).toEqual({
      0: 'sent',
      1000: 'sent',
      1001: 'sent',
      1002: 'sent',
      12345: 'sent',
    });
  });
});

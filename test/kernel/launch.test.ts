import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  openSync,
  writeFileSync,
  closeSync,
  chmodSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { canonicalJson } from '../../lib/contract/canonical.ts';
import { launchDocument, type LaunchDocument } from '../../lib/contract/launch-document.ts';
import { launchDocumentFor } from '../../lib/sandbox/launch/launch-document.ts';
import { temporaryDirectory } from '../support/documents.ts';
import { hasLandlock, PORTS, SCOPES } from './landlock.ts';
import { launcherProgram } from './programs.ts';

const UID = 1000;

const asAgent = [
  `--reuid=${UID}`,
  `--regid=${UID}`,
  '--clear-groups',
  '--bounding-set=-all',
  '--inh-caps=-all',
];

/** A directory that the agent may write to, below one that it may only read. */
function place() {
  const root = temporaryDirectory();
  const writable = join(root, 'writable');
  mkdirSync(writable);
  chmodSync(root, 0o777);
  chmodSync(writable, 0o777);
  return { root, writable };
}

const documentFor = (writable: string, connectPorts: 'Any' | 'Sidecars' = 'Any'): LaunchDocument =>
  launchDocumentFor({
    isolation: 'enhanced',
    writable: [writable],
    connectPorts,
    minLandlockAbi: 1,
  });

interface Launched {
  readonly code: number | null;
  readonly stdout: string;
  readonly failure: { readonly code?: string; readonly error?: string };
}

/** What a command prints that runs as the same user without the launcher: the control. */
function unrestricted(command: readonly string[], descriptor?: number): string {
  const { stdout } = spawnSync('setpriv', [...asAgent, ...command], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe', ...(descriptor === undefined ? [] : [descriptor])],
  });
  return stdout.trim();
}

/** A network namespace with nothing but loopback, where every port is free. */
const inNetworkOfItsOwn = ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'];

/** Runs a command as the agent, with a document or the text of one. */
function launch(
  directory: string,
  document: object | string,
  command: readonly string[],
  env: Readonly<Record<string, string>> = {},
  descriptor?: number,
  around: readonly string[] = [],
): Launched {
  const file = join(directory, 'launch.json');
  writeFileSync(file, typeof document === 'string' ? document : JSON.stringify(document));
  const [program = '', ...args] = [
    ...around,
    'setpriv',
    ...asAgent,
    launcherProgram('launch'),
    `--document=${file}`,
    '--',
    ...command,
  ];
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: '/',
    encoding: 'utf8',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...env },
    stdio: ['ignore', 'pipe', 'pipe', ...(descriptor === undefined ? [] : [descriptor])],
  });
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return {
    code: status,
    stdout: stdout.trim(),
    failure: last.startsWith('{') ? (JSON.parse(last) as Launched['failure']) : { error: stderr },
  };
}

const shell = (text: string): string[] => ['sh', '-c', text];

/** A function of Python that says what came of an action. */
const ATTEMPT = `
import os, socket
def attempt(action):
    try:
        action()
        return "done"
    except OSError as error:
        return os.strerror(error.errno)`;

describe('the launch document', () => {
  it('has the form of its schema', () => {
    const document = documentFor('/sandbox');
    expect(launchDocument.parse(document)).toEqual(document);
  });

  const valid = documentFor('/sandbox');
  it.each<[string, object | string, string]>([
    ['that is no JSON', '{', 'KARS_DOCUMENT_MALFORMED'],
    ['with something behind it', `${canonicalJson(valid)} {}`, 'KARS_DOCUMENT_MALFORMED'],
    ['with a field that nobody knows', { ...valid, privileged: true }, 'KARS_DOCUMENT_MALFORMED'],
    ['of another version', { ...valid, version: 2 }, 'KARS_DOCUMENT_VERSION'],
    ['without system calls', { ...valid, seccomp: { rules: [] } }, 'KARS_DOCUMENT_MALFORMED'],
    [
      'with a condition that nobody knows',
      {
        ...valid,
        seccomp: {
          rules: [{ names: ['socket'], conditions: [{ argument: 0, operator: 'Not', value: 1 }] }],
        },
      },
      'KARS_DOCUMENT_MALFORMED',
    ],
    [
      'with a condition on an argument that no call has',
      {
        ...valid,
        seccomp: { rules: [{ names: ['socket'], conditions: [{ argument: 6, value: 1 }] }] },
      },
      'KARS_SECCOMP_FAILED',
    ],
    [
      'with a limit that nobody knows',
      { ...valid, limits: { ...valid.limits, nproc: 10 } },
      'KARS_DOCUMENT_MALFORMED',
    ],
    [
      'that asks for a newer Landlock than there is',
      { ...valid, landlock: { ...valid.landlock, minAbi: 99 } },
      'KARS_LANDLOCK_MISSING',
    ],
  ])('%s starts nothing', (_name, document, code) => {
    const { failure, stdout, code: exit } = launch(place().root, document, ['echo', 'started']);
    expect({ code: failure.code, stdout }).toEqual({ code, stdout: '' });
    expect(exit).toBe(126);
  });

  it('that is not there starts nothing', () => {
    const { stderr } = spawnSync(launcherProgram('launch'), ['--document=/nowhere', '--', 'true'], {
      encoding: 'utf8',
    });
    expect(stderr).toContain('KARS_DOCUMENT_MISSING');
  });

  it('behind a link, which an image may lay into a directory of the agent, starts nothing', () => {
    const { root, writable } = place();
    const link = join(root, 'kars');
    symlinkSync(writable, link);
    const { failure, stdout, code } = launch(link, documentFor('/sandbox'), ['echo', 'started']);
    expect({ code: failure.code, stdout }).toEqual({ code: 'KARS_LAUNCH_LINK', stdout: '' });
    expect(code).toBe(126);
    expect(launch(writable, documentFor('/sandbox'), ['echo', 'started']).stdout).toBe('started');
  });

  it('with a directory of the agent behind a link, which may be one above the launcher, starts nothing', () => {
    const { root, writable } = place();
    const link = join(writable, 'sandbox');
    symlinkSync(root, link);
    const { failure, stdout } = launch(root, documentFor(link), ['echo', 'started']);
    expect({ code: failure.code, stdout }).toEqual({ code: 'KARS_LAUNCH_LINK', stdout: '' });
    expect(launch(root, documentFor(writable), ['echo', 'started']).stdout).toBe('started');
  });

  it('of isolation standard starts the agent without Landlock, with a notice', () => {
    const { root } = place();
    const { landlock } = valid;
    const relaxed = { ...valid, landlock: { ...landlock, required: false, minAbi: 99 } };
    const { stdout, failure } = launch(root, relaxed, ['echo', 'started']);
    expect(stdout).toBe('started');
    expect(JSON.stringify(failure)).toContain('landlock-missing');
  });
});

describe('a kernel that refuses a restriction', () => {
  // The launcher runs below itself, under a filter that lacks what the restriction needs.
  const PR_SET_NO_NEW_PRIVS = 38;
  const onlyNoNewPrivileges = {
    names: ['prctl'],
    conditions: [{ argument: 0, value: PR_SET_NO_NEW_PRIVS }],
  } as const;
  it.each([
    ['prlimit64', 'KARS_LAUNCH_LIMIT', []],
    ['close_range', 'KARS_LAUNCH_DESCRIPTORS', []],
    ['landlock_restrict_self', 'KARS_LANDLOCK_FAILED', []],
    ['prctl', 'KARS_SECCOMP_FAILED', [onlyNoNewPrivileges]],
  ])('by %s starts nothing', (call, code, instead) => {
    const { root, writable } = place();
    const inner = join(writable, 'inner.json');
    const document = documentFor(writable);
    writeFileSync(inner, JSON.stringify(document));
    const others = document.seccomp.rules.map(({ names, ...rule }) => ({
      ...rule,
      names: names.filter((name) => name !== call),
    }));
    const rules = [...others, ...instead];
    const program = join(root, 'launch');
    copyFileSync(launcherProgram('launch'), program);
    const nested = [program, `--document=${inner}`, '--', 'echo', 'started'];
    const { stdout, failure } = launch(root, { ...document, seccomp: { rules } }, nested);
    expect({ stdout, code: failure.code }).toEqual({ stdout: '', code });
  });
});

describe('a program of the agent', () => {
  it('that is not there ends with 127, as from a shell', () => {
    const { root, writable } = place();
    const { code, failure } = launch(root, documentFor(writable), ['no-such-program']);
    expect({ code, failure: failure.code }).toEqual({
      code: 127,
      failure: 'KARS_COMMAND_NOT_FOUND',
    });
  });

  it('that the kernel does not run ends with 126', () => {
    const { root, writable } = place();
    const program = join(root, 'program');
    writeFileSync(program, 'neither ELF nor script', { mode: 0o755 });
    const { code, failure } = launch(root, documentFor(writable), [program]);
    expect({ code, failure: failure.code }).toEqual({ code: 126, failure: 'KARS_COMMAND_FAILED' });
  });

  it('writes where it may and nowhere else', () => {
    const { root, writable } = place();
    const attempt = shell(
      `echo x > ${writable}/a && mv ${writable}/a ${writable}/b && mkfifo ${writable}/f && echo inside; echo x > ${root}/c || echo outside`,
    );
    expect(launch(root, documentFor(writable), attempt).stdout).toBe('inside\noutside');
    // Control: the directory itself would let it.
    const everywhere = documentFor(root);
    expect(launch(root, everywhere, shell(`echo x > ${root}/c && echo written`)).stdout).toBe(
      'written',
    );
  });

  it('gets no variable of the cluster, and every other one', () => {
    const { root, writable } = place();
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', REGION: 'north' };
    const { stdout } = launch(root, documentFor(writable), ['env'], env);
    expect(stdout).toContain('REGION=north');
    expect(stdout).not.toContain('KUBERNETES');
  });

  it('inherits no open file', () => {
    const { root, writable } = place();
    const secret = openSync('/etc/shadow', 'r');
    const command = shell('cat <&3 >/dev/null 2>&1 && echo read || echo closed');
    expect(launch(root, documentFor(writable), command, {}, secret).stdout).toBe('closed');
    expect(unrestricted(command, secret)).toBe('read');
    closeSync(secret);
  });

  it('leaves no core file', () => {
    const { root, writable } = place();
    expect(launch(root, documentFor(writable), shell('ulimit -c')).stdout).toBe('0');
  });

  const whereScoped = it.runIf(hasLandlock(SCOPES, 'signals and sockets of others'));
  whereScoped('can neither signal nor call processes outside of it, of the same user', async () => {
    const { root, writable } = place();
    const socket = `kars-test-${process.pid}`;
    const listen = `import socket; s = socket.socket(socket.AF_UNIX); s.bind("\\0${socket}"); s.listen(); print(1, flush=True); s.accept()`;
    const outside = spawn('setpriv', [...asAgent, '/usr/bin/python3', '-c', listen]);
    onTestFinished(() => {
      outside.kill('SIGKILL');
    });
    await once(outside.stdout, 'data');
    const attempts = `${ATTEMPT}
print(attempt(lambda: os.kill(${outside.pid ?? 0}, 0)))
print(attempt(lambda: socket.socket(socket.AF_UNIX).connect("\\0${socket}")))
`;
    const command = ['/usr/bin/python3', '-c', attempts];
    const refused = 'Operation not permitted\nOperation not permitted';
    expect(launch(root, documentFor(writable), command).stdout).toBe(refused);
    expect(unrestricted(command)).toBe('done\ndone');
  });

  const wherePortsAre = it.runIf(hasLandlock(PORTS, 'ports of the agent'));
  wherePortsAre('connects and binds to named ports only, where ports are named', () => {
    const { root, writable } = place();
    const document = documentFor(writable);
    const { landlock: sidecars } = documentFor(writable, 'Sidecars');
    const landlock = { ...sidecars, bindPorts: [40_001] };
    const attempts = `${ATTEMPT}
for port in (8444, 8445):
    print(attempt(lambda: socket.create_connection(("127.0.0.1", port), 1)))
for port in (40001, 40002, 0):
    print(attempt(lambda: socket.socket().bind(("127.0.0.1", port))))
`;
    const command = ['/usr/bin/python3', '-c', attempts];
    const launchAlone = (one: object): string =>
      launch(root, one, command, {}, undefined, inNetworkOfItsOwn).stdout;
    expect(launchAlone({ ...document, landlock })).toBe(
      'Connection refused\nPermission denied\ndone\nPermission denied\nPermission denied',
    );
    expect(launchAlone(document)).toBe('Connection refused\nConnection refused\ndone\ndone\ndone');
  });

  it('can gain no privilege', () => {
    const { root, writable } = place();
    const { stdout } = launch(
      root,
      documentFor(writable),
      shell('grep NoNewPrivs /proc/self/status'),
    );
    expect(stdout).toBe('NoNewPrivs:\t1');
  });
});

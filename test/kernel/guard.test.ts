import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import type { GuardDocument } from '../../lib/contract/guard-document.ts';
import { guardDocumentFor } from '../../lib/sandbox/guard/guard-document.ts';
import { launchDocumentFor } from '../../lib/sandbox/launch/launch-document.ts';
import { temporaryDirectory } from '../support/documents.ts';
import { placeGuard } from './guard-files.ts';
import { launcherProgram } from './programs.ts';

let count = 0;

/** An empty network namespace with loopback. */
function networkNamespace(): string {
  count += 1;
  const name = `kars-${process.pid}-${count}`;
  spawnSync('ip', ['netns', 'add', name]);
  onTestFinished(() => {
    spawnSync('ip', ['netns', 'del', name]);
  });
  spawnSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  return name;
}

interface GuardRun {
  readonly code: number | null;
  readonly record: { readonly event?: string; readonly code?: string; readonly error?: string };
}

const place = (document?: GuardDocument) => placeGuard(temporaryDirectory(), document);

function runGuard(
  namespace: string,
  args: readonly string[],
  before: readonly string[] = [],
): GuardRun {
  const { status, stderr } = spawnSync(
    'ip',
    ['netns', 'exec', namespace, ...before, launcherProgram('guard'), ...args],
    { encoding: 'utf8' },
  );
  const last = stderr.trim().split('\n').at(-1) ?? '';
  return { code: status, record: JSON.parse(last) as GuardRun['record'] };
}

describe('the egress guard', () => {
  let namespace = '';
  beforeEach(() => {
    namespace = networkNamespace();
  });

  it('loads the rules, and changes nothing when it runs again', () => {
    const { args } = place();
    expect(runGuard(namespace, args).code).toBe(0);
    expect(runGuard(namespace, args).record.event).toBe('rules-in-force');
  });

  it('ends well when it runs again beside a proxy that takes what is redirected', async () => {
    // Without a route an attempt ends before any rule sees it.
    for (const change of [
      'link add eth0 type veth peer name eth1',
      'link set eth0 up',
      'link set eth1 up',
      'addr add 10.0.0.2/24 dev eth0',
      'route add default via 10.0.0.1',
    ]) {
      expect(spawnSync('ip', ['-n', namespace, ...change.split(' ')]).status).toBe(0);
    }
    const { args } = place();
    expect(runGuard(namespace, args).code).toBe(0);
    const listen = 'import socket; s = socket.create_server(("127.0.0.1", 8444)); print(1, flush=True); [s.accept() for _ in range(99)]'; // prettier-ignore
    const user = ['setpriv', '--reuid=1002', '--regid=1002', '--clear-groups'];
    const proxy = spawn('ip', ['netns', 'exec', namespace, ...user, '/usr/bin/python3', '-c', listen]); // prettier-ignore
    onTestFinished(() => {
      proxy.kill();
    });
    await once(proxy.stdout, 'data');
    expect(runGuard(namespace, args)).toMatchObject({
      code: 0,
      record: { event: 'rules-in-force' },
    });
  });

  it('refuses a document that is not the one that was synthesized', () => {
    const { args, path } = place();
    writeFileSync(path('guard.json'), '{}');
    expect(runGuard(namespace, args).record.code).toBe('KARS_DOCUMENT_DIGEST');
  });

  it('refuses a network namespace with rules of somebody else', () => {
    spawnSync('ip', ['netns', 'exec', namespace, 'nft', 'add', 'table', 'inet', 'mesh']);
    expect(runGuard(namespace, place().args).record.code).toBe('KARS_GUARD_FOREIGN_RULES');
  });

  it('refuses legacy rules beside nf_tables', () => {
    const rule = [
      '-t',
      'nat',
      '-A',
      'OUTPUT',
      '-p',
      'tcp',
      '-j',
      'REDIRECT',
      '--to-ports',
      '15001',
    ];
    spawnSync('ip', ['netns', 'exec', namespace, 'iptables-legacy', ...rule]);
    expect(runGuard(namespace, place().args).record.code).toBe('KARS_GUARD_FOREIGN_RULES');
  });

  it('needs no NET_RAW to see that there are none', () => {
    for (const program of ['iptables-legacy', 'ip6tables-legacy']) {
      for (const table of ['filter', 'nat', 'raw']) {
        spawnSync('ip', ['netns', 'exec', namespace, program, '-t', table, '-S']);
      }
    }
    const admin = ['setpriv', '--bounding-set=-all,+net_admin', '--inh-caps=-all'];
    expect(runGuard(namespace, place().args, admin).record.event).toBe('rules-in-force');
  });

  it('sees those of IPv6 and of tables that it does not use', () => {
    const rule = ['-t', 'raw', '-A', 'OUTPUT', '-j', 'ACCEPT'];
    spawnSync('ip', ['netns', 'exec', namespace, 'ip6tables-legacy', ...rule]);
    expect(runGuard(namespace, place().args).record.code).toBe('KARS_GUARD_FOREIGN_RULES');
  });

  it('says that NET_ADMIN is missing', () => {
    const { args } = place();
    const without = ['setpriv', '--bounding-set=-net_admin', '--inh-caps=-all'];
    expect(runGuard(namespace, args, without).record.code).toBe('KARS_GUARD_CAPABILITY');
  });

  it('says that the launcher cannot be installed', () => {
    const { args, path } = place();
    rmSync(path('install'), { recursive: true });
    expect(runGuard(namespace, args).record.code).toBe('KARS_GUARD_INSTALL');
  });

  it('refuses rules that the kernel lists in another way than they were written', () => {
    const document = guardDocumentFor([]);
    const { args } = place({ ...document, nft: document.nft.replaceAll('\t', '  ') });
    expect(runGuard(namespace, args).record.code).toBe('KARS_GUARD_RULES_DIFFER');
  });

  it('refuses to go on when an attempt gets through', async () => {
    const listen = 'import socket; s = socket.create_server(("127.0.0.1", 7)); print(1, flush=True); s.accept()'; // prettier-ignore
    const server = spawn('ip', ['netns', 'exec', namespace, 'python3', '-c', listen]);
    onTestFinished(() => {
      server.kill();
    });
    await once(server.stdout, 'data');
    const probes: GuardDocument['probes'] = [{ protocol: 'tcp', address: '127.0.0.1', port: 7 }];
    const { args } = place({ ...guardDocumentFor([]), probes });
    expect(runGuard(namespace, args).record.code).toBe('KARS_GUARD_PROBE');
  });

  it('says that the kernel has no packet filter', () => {
    const hidden = ['/usr/sbin/nft', '/usr/sbin/iptables-legacy']
      .map((program) => `mount --bind /bin/false "$(readlink -f ${program})"`)
      .join(' && ');
    const without = ['unshare', '--mount', 'sh', '-c', `${hidden} && exec "$@"`, 'sh'];
    expect(runGuard(namespace, place().args, without).record.code).toBe('KARS_GUARD_BACKEND');
  });

  it('refuses IPv6 that it can neither filter nor remove', () => {
    const { args, path } = place();
    const document = launchDocumentFor({
      isolation: 'standard',
      writable: [path('install'), '/run'],
      connectPorts: 'Any',
      minLandlockAbi: 1,
    });
    // Sockets of IPv4 are enough for legacy iptables; nft, ip6tables and addresses need others.
    const isSocket = ({ names }: { readonly names: readonly string[] }): boolean =>
      names.includes('socket');
    const rules = [
      ...document.seccomp.rules.filter((rule) => !isSocket(rule)),
      ...document.seccomp.rules.filter(isSocket).slice(0, 2),
    ];
    writeFileSync(path('limits.json'), JSON.stringify({ ...document, seccomp: { rules } }));
    const within = [launcherProgram('launch'), `--document=${path('limits.json')}`, '--'];
    expect(runGuard(namespace, args, within).record.code).toBe('KARS_GUARD_IPV6');
  });
});

import { AGENT_UID, launcherPrograms, processes } from 'kars-constructs/contract';
import type { Content, Recipe, SharedLayer } from './recipe.ts';

const MEBIBYTE = 1024 * 1024;

/** Libraries of Debian by what the dynamic linker asks for; each name leads to the file with the version. */
const libraries = (name: string, ...files: readonly string[]): Content => ({
  kind: 'debian',
  package: name,
  files: files.map((file) => `{,usr/}lib/*/${file}`),
});

const base: SharedLayer = {
  name: 'base',
  contents: [
    { kind: 'debian', package: 'base-files', files: ['{etc,usr/lib}/os-release'] },
    {
      kind: 'debian',
      package: 'libc6',
      files: ['{lib,lib64,lib/*}/ld-linux-*', 'lib/*/lib{c,m}.so.6', 'lib/*/lib{dl,pthread}.so.*'],
    },
    // Without this file the C library asks DNS before /etc/hosts.
    { kind: 'text', path: 'etc/nsswitch.conf', text: 'hosts: files dns\n' },
  ],
};

const node: SharedLayer = {
  name: 'node',
  from: base,
  contents: [
    // Three libraries of the compiler; the licence of all is in this one.
    { kind: 'debian', package: 'gcc-12-base', files: [] },
    libraries('libatomic1', 'libatomic.so.*'),
    libraries('libgcc-s1', 'libgcc_s.so.*'),
    libraries('libstdc++6', 'libstdc++.so.*'),
    { kind: 'node' },
  ],
};

/**
 * Sidecars wait most of the time: a small young generation spares 3 MB of an idle one. `--optimize-for-size`
 * would spare 5 more, and takes 1.2 to 2 times the CPU for a request.
 */
const YOUNG = '--max-semi-space-size=4';

/**
 * How each program is started. The egress proxy drops more than the others: twice as large a young generation
 * spares it 5 to 10 % of its CPU, and takes 1 MB. Node.js would let its heap have all of the 256 MiB that the
 * container has, and clean it as seldom; below this bound its size stays the same under the same load, and
 * 8,192 connections, the most that a platform may allow, still have room. The heap of the router would grow to three
 * times what is alive in it before it is cleaned: at twice, it holds 47 MB less under load, for a twentieth more CPU.
 */
export const nodeCommands = {
  router: ['/usr/local/bin/node', YOUNG, '--heap-growing-percent=100'],
  'egress-proxy': ['/usr/local/bin/node', '--max-semi-space-size=8', '--max-old-space-size=192'],
  agent: ['/usr/local/bin/node', YOUNG],
} as const;

const nodeProcess = (
  program: keyof typeof nodeCommands,
  user: number,
  ...more: readonly Content[]
): Recipe => ({
  from: node,
  contents: [{ kind: 'bundle', program }, ...more],
  entrypoint: [...nodeCommands[program], `/app/${program}.js`],
  user,
  maxBytes: 200 * MEBIBYTE,
});

/** Matches and targets of iptables that the packet rules name, each a module of its own. */
const xtablesModules = [
  'libip6t_REJECT',
  'libip6t_icmp6',
  'libipt_REJECT',
  // REDIRECT is one of its names.
  'libxt_NAT',
  'libxt_REDIRECT',
  'libxt_conntrack',
  'libxt_owner',
  'libxt_standard',
  'libxt_tcp',
  'libxt_udp',
];

/** One recipe an image; the registry names them `kars-` and the key. */
export const recipes = {
  router: nodeProcess('router', processes.router.uid),
  'egress-proxy': nodeProcess('egress-proxy', processes['egress-proxy'].uid, { kind: 'koffi' }),
  guard: {
    from: base,
    contents: [
      { kind: 'debian', package: 'nftables', files: ['usr/sbin/nft'] },
      libraries('libnftables1', 'libnftables.so.*'),
      libraries('libnftnl11', 'libnftnl.so.*'),
      libraries('libmnl0', 'libmnl.so.*'),
      libraries('libjansson4', 'libjansson.so.*'),
      libraries('libgmp10', 'libgmp.so.*'),
      libraries('libedit2', 'libedit.so.*'),
      libraries('libtinfo6', 'libtinfo.so.*'),
      libraries('libbsd0', 'libbsd.so.*'),
      libraries('libmd0', 'libmd.so.*'),
      {
        kind: 'debian',
        package: 'iptables',
        files: [
          'usr/sbin/xtables-legacy-multi',
          'usr/sbin/ip{,6}tables-legacy{,-restore,-save}',
          `usr/lib/*/xtables/{${xtablesModules.join(',')}}.so`,
        ],
      },
      // Rules are compared as they are listed, with the names of protocols instead of their numbers.
      { kind: 'debian', package: 'netbase', files: ['etc/protocols'] },
      libraries('libxtables12', 'libxtables.so.*'),
      libraries('libip4tc2', 'libip4tc.so.*'),
      libraries('libip6tc2', 'libip6tc.so.*'),
      { kind: 'launcher', program: 'guard' },
      { kind: 'launcher', program: 'launch' },
    ],
    entrypoint: [launcherPrograms.guard],
    user: 0,
    maxBytes: 40 * MEBIBYTE,
  },
  agent: nodeProcess('agent', AGENT_UID),
} as const satisfies Readonly<Record<string, Recipe>>;

/** An image that this repository builds. */
export type ProductImage = keyof typeof recipes;

/** Every image. */
export const productImages = Object.keys(recipes) as ProductImage[];

import { allowedSyscalls, unknownSyscalls } from './syscalls.ts';

/** A condition on one argument of a call, compared over its whole 64 bits. */
export type ArgumentCondition =
  | { readonly argument: number; readonly equals: number }
  | { readonly argument: number; readonly noneOf: number };

/** System calls and what happens to them. All conditions have to hold; several rules may name one call. */
export interface SyscallRule {
  readonly names: readonly string[];
  /** `ENOSYS` as from a kernel that does not know the call. */
  readonly verdict: 'allow' | 'ENOSYS';
  readonly when?: readonly ArgumentCondition[];
}

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET, see clone(2). */
const NEW_NAMESPACES = 0x7e02_0000;

/** Families of socket(2) that programs of an agent need. */
const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;

/** A bit of SOCK_PACKET, which the kernel takes for the packet family whatever family it comes with, and of no other type. */
const BIT_OF_PACKET_TYPE = 0x8;

/** Routes and interfaces, without which listing interfaces fails in Node and Go. */
const NETLINK_ROUTE = 0;

/** Personas that only change how a program is laid out or what `uname` says: Linux, 32-bit Linux, UNAME26, and "ask". */
const PERSONAS = [0x0, 0x8, 0x2_0000, 0x2_0008, 0xffff_ffff];

/** The one source of every form of the profile. What no rule allows fails with EPERM. */
export const strictRules: readonly SyscallRule[] = [
  { names: Object.values(allowedSyscalls).flat(), verdict: 'allow' },
  { names: ['clone'], verdict: 'allow', when: [{ argument: 0, noneOf: NEW_NAMESPACES }] },
  ...[AF_UNIX, AF_INET, AF_INET6].map((family): SyscallRule => ({
    names: ['socket'],
    verdict: 'allow',
    when: [
      { argument: 0, equals: family },
      { argument: 1, noneOf: BIT_OF_PACKET_TYPE },
    ],
  })),
  { names: ['socketpair'], verdict: 'allow', when: [{ argument: 0, equals: AF_UNIX }] },
  {
    names: ['socket'],
    verdict: 'allow',
    when: [
      { argument: 0, equals: AF_NETLINK },
      { argument: 2, equals: NETLINK_ROUTE },
    ],
  },
  ...PERSONAS.map((persona): SyscallRule => ({
    names: ['personality'],
    verdict: 'allow',
    when: [{ argument: 0, equals: persona }],
  })),
  { names: unknownSyscalls, verdict: 'ENOSYS' },
];

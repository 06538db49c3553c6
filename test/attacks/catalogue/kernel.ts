import { refusedCalls } from '../../kernel/seccomp/calls.ts';
import type { AgentAttack } from '../attack.ts';

/** One call for each mechanism of the kernel; the tests of the filter have all variants. */
const calls: Readonly<Record<string, string>> = {
  'clone of a user namespace': 'become root of a user namespace by clone',
  clone3: 'become root of a user namespace by the newer clone',
  'unshare of a user namespace': 'become root of a user namespace by unshare',
  'clone of a network namespace': 'leave the network namespace of the pod',
  'unshare of mounts': 'leave the mounts of the container',
  'setns of no descriptor': 'enter the namespace of another process',
  mount: 'mount a file system',
  fsopen: 'mount a file system by the newer calls',
  pivot_root: 'change the root of the container',
  chroot: 'change the root of a process',
  'io_uring_setup without parameters': 'make calls past every filter by io_uring',
  'ptrace of no process': 'trace another process',
  'process_vm_writev of no process': 'write the memory of another process',
  'keyctl for the session keyring': 'read the keyrings of the node',
  'bpf of no command': 'load a program into the kernel by BPF',
  'perf_event_open without attributes': 'watch the kernel by performance counters',
  'process_madvise of no descriptor': 'have the memory of another process dropped',
  'add_key without a type': 'add a key to the keyrings of the node',
  'settimeofday of a wrong address': 'set the time of day',
  'userfaultfd of wrong flags': 'hold the kernel up by page faults',
  'open_by_handle_at of no handle': 'open a file of the node by its handle',
  'fanotify_init of wrong flags': 'watch the files of the node',
  'clock_settime of no clock': 'set the clock',
  'sethostname of no length': 'set the name of the host',
  swapon: 'use a file as swap',
  'acct of a wrong address': 'have the kernel write accounts',
  'quotactl of no command': 'change quotas',
  'syslog of no action': 'read the log of the kernel',
  'personality without random addresses': 'switch off random addresses',
  'memfd_secret of a wrong flag': 'hide memory from the kernel',
  'move_pages of no process': 'learn where memory is',
  'kcmp of no process': 'compare what processes share',
  'socket of the vsock family': 'talk to the hypervisor by vsock',
  'socket of the kernel crypto family': 'have the kernel encrypt',
  'socket of netlink for netfilter': 'talk to the packet filter by netlink',
  'socket of generic netlink': 'talk to other parts of the kernel by netlink',
  'socket of packets by its type': 'open a packet socket under another name',
};

const idOf = (call: string): string =>
  `kernel-${call.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')}`;

/** Calls that agents never need, of which many have been a way into the kernel. */
export const kernel: readonly AgentAttack[] = Object.entries(calls).map(([call, title]) => {
  if (refusedCalls[call] === undefined) throw new Error(`the filter has no call ${call}`);
  return {
    id: idOf(call),
    area: 'kernel',
    title,
    attempt: call,
    stoppedBy: ['launcher', 'profile'],
  };
});

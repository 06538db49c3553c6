/** What becomes of a call that the filter refuses. */
export type Refusal = 'EPERM' | 'ENOSYS' | 'SIGSYS';

/** One call, by numbers of x86_64, with arguments that the kernel itself does not refuse in the same way. */
export interface Row {
  readonly refusal: Refusal;
  /** The refusals by runc, where they are others: its library may not know the call yet. */
  readonly byRunc?: readonly Refusal[];
  readonly numbers: readonly number[];
  /** `interrupt`: by the gate of 32-bit programs. */
  readonly kind: 'plain' | 'interrupt';
  /** Who makes it: a root where the kernel refuses others with the same error. */
  readonly user: 'agent' | 'root';
  /** Why nothing can be seen without the filter, if so. */
  readonly noControl?: string;
}

type Call = readonly number[];

const rows = (
  refusal: Refusal,
  user: Row['user'],
  calls: Readonly<Record<string, Call>>,
  more: Partial<Row> = {},
): Record<string, Row> =>
  Object.fromEntries(
    Object.entries(calls).map(([name, numbers]) => [
      name,
      { refusal, user, numbers, kind: 'plain', ...more },
    ]),
  );

const SIGCHLD = 17;
const STREAM = 1;
const RAW = 3;
const NETLINK = 16;
/** Larger than any process or flag. */
const NONE = 0x7fff_fff0;

/** Calls that the profile refuses. */
export const refusedCalls: Readonly<Record<string, Row>> = {
  ...rows('EPERM', 'root', {
    'clone of a mount namespace': [56, 0x0002_0000 + SIGCHLD],
    'clone of a cgroup namespace': [56, 0x0200_0000 + SIGCHLD],
    'clone of a host name': [56, 0x0400_0000 + SIGCHLD],
    'clone of an IPC namespace': [56, 0x0800_0000 + SIGCHLD],
    'clone of a process namespace': [56, 0x2000_0000 + SIGCHLD],
    'clone of a network namespace': [56, 0x4000_0000 + SIGCHLD],
    'unshare of mounts': [272, 0x0002_0000],
    'unshare of a clock': [272, 0x80],
    mount: [165, 0, 0, 0, 0, 0],
    umount2: [166, 0, 0],
    pivot_root: [155, 0, 0],
    chroot: [161, 0],
    fsopen: [430, 0, 0],
    fsmount: [432, -1, 0xff, 0],
    fspick: [433, -1, 0, 0xff],
    move_mount: [429, -1, 0, -1, 0, NONE],
    mount_setattr: [442, -1, 0, NONE, 0, 0],
    swapon: [167, 0, 0],
    swapoff: [168, 0],
    'reboot without its magic numbers': [169, 0, 0, 0, 0],
    'kexec_load of wrong flags': [246, 0, 0, 0, NONE],
    'kexec_file_load of wrong flags': [320, -1, -1, 0, 0, NONE],
    init_module: [175, 0, 0, 0],
    finit_module: [313, -1, 0, NONE],
    delete_module: [176, 0, 0],
    'settimeofday of a wrong address': [164, 1, 0],
    'clock_settime of no clock': [227, 99, 0],
    'adjtimex of a wrong address': [159, 1],
    'clock_adjtime of no clock': [305, 99, 1],
    'iopl of no level': [172, 99],
    'ioperm of no port': [173, NONE, 1, 1],
    'acct of a wrong address': [163, 1],
    'sethostname of no length': [170, 0, -1],
    'setdomainname of no length': [171, 0, -1],
    'syslog of no action': [103, 99, 0, 0],
    'bpf of no command': [321, 99, 0, 0],
    'userfaultfd of wrong flags': [323, NONE],
    'fanotify_init of wrong flags': [300, NONE, 0],
    'open_by_handle_at of no handle': [304, -1, 0, 0],
    'socket of packets': [41, 17, RAW, 0],
    'socket of packets by its type': [41, 2, 10, 0x300],
    'socket of the key family': [41, 15, RAW, 2],
    'socket of express data paths': [41, 44, RAW, 0],
  }),
  ...rows('EPERM', 'agent', {
    'clone of a user namespace': [56, 0x1000_0000 + SIGCHLD],
    'unshare of a user namespace': [272, 0x1000_0000],
    'setns of no descriptor': [308, -1, 0],
    'open_tree of wrong flags': [428, -1, 0, NONE],
    'fsconfig of no descriptor': [431, -1, 99, 0, 0, 0],
    'ptrace of no process': [101, 16, NONE, 0, 0],
    'process_vm_readv of no process': [310, NONE, 0, 0, 0, 0, 0],
    'process_vm_writev of no process': [311, NONE, 0, 0, 0, 0, 0],
    'pidfd_getfd of no descriptor': [438, -1, 0, 0],
    'process_madvise of no descriptor': [440, -1, 0, 0, 0, 0],
    'process_mrelease of no descriptor': [448, -1, 0],
    'kcmp of no process': [312, NONE, NONE + 1, 0, 0, 0],
    'keyctl for the session keyring': [250, 0, -3, 0],
    'add_key without a type': [248, 0, 0, 0, 0, 0],
    'request_key without a type': [249, 0, 0, 0, 0],
    'perf_event_open without attributes': [298, 0, 0, 0, 0, 0],
    'fanotify_mark of no descriptor': [301, -1, 0, 0, -1, 0],
    'name_to_handle_at of no path': [303, -100, 0, 0, 0, 0],
    'quotactl of no command': [179, 0x00ff_ff00, 0, 0, 0],
    'quotactl_fd of no descriptor': [443, -1, 0, 0, 0],
    'get_mempolicy of a wrong flag': [239, 0, 0, 0, 0, 0xff],
    'set_mempolicy of no policy': [238, 99, 0, 0],
    'mbind of a wrong flag': [237, 0, 4096, 0, 0, 0, 0xff],
    'move_pages of no process': [279, NONE, 0, 0, 0, 0, 0],
    'migrate_pages of no process': [256, NONE, 0, 0, 0],
    'set_mempolicy_home_node of a wrong flag': [450, 0, 0, 0, 0xff],
    'modify_ldt of no function': [154, 99, 0, 0],
    'memfd_secret of a wrong flag': [447, 0x99],
    'personality without random addresses': [135, 0x40_0000],
    'personality of another system': [135, 0x06],
    'socket of the vsock family': [41, 40, STREAM, 0],
    'socket of the kernel crypto family': [41, 38, 5, 0],
    'socket of bluetooth': [41, 31, STREAM, 3],
    'socket of the transparent inter-process family': [41, 30, STREAM, 0],
    'socket of a controller area network': [41, 29, RAW, 1],
    'socket of netlink for netfilter': [41, NETLINK, RAW, 12],
    'socket of netlink for IPsec': [41, NETLINK, RAW, 6],
    'socket of netlink for devices': [41, NETLINK, RAW, 15],
    'socket of generic netlink': [41, NETLINK, RAW, 16],
    'socket of a family with bits above the word that the kernel reads': [41, 0x1_0000_0002, STREAM, 0], // prettier-ignore
    'socketpair of another family': [53, 30, 5, 0, 0],
    lookup_dcookie: [212, 0, 0, 0],
    nfsservctl: [180, 0, 0, 0],
    uselib: [134, 0],
    _sysctl: [156, 0],
    ustat: [136, 0, 0],
    'sysfs of no option': [139, 99, 0, 0],
  }),
  ...rows(
    'EPERM',
    'root',
    {
      open_tree_attr: [467, -1, 0, NONE, 0, 0],
      'lsm_set_self_attr of none': [460, 0, 0, 0, 0],
    },
    { byRunc: ['EPERM', 'ENOSYS'] },
  ),
  ...rows(
    'EPERM',
    'agent',
    {
      'statmount of no request': [457, 0, 0, 0, 0],
      'listmount of no request': [458, 0, 0, 0, 0],
      'lsm_get_self_attr of none': [459, 0, 0, 0, 0],
      'lsm_list_modules of a wrong flag': [461, 0, 0, NONE],
    },
    { byRunc: ['EPERM', 'ENOSYS'] },
  ),
  ...rows('EPERM', 'root', { vhangup: [153] }, { noControl: 'it would hang up a terminal' }),
  ...rows('ENOSYS', 'agent', {
    clone3: [435, 0, 0],
    'io_uring_setup without parameters': [425, 1, 0],
    'io_uring_enter of no descriptor': [426, -1, 0, 0, 0, 0, 0],
    'io_uring_register of no descriptor': [427, -1, 0, 0, 0],
    'a call newer than the table': [468, -1, 0, 0, 0, 0],
  }),
  ...rows(
    'ENOSYS',
    'agent',
    { 'a number of x32': [0x4000_0027] },
    { byRunc: ['SIGSYS'], noControl: 'few kernels serve it' },
  ),
  ...rows(
    'EPERM',
    'agent',
    { 'getpid by the gate of 32-bit programs': [20] },
    { byRunc: ['SIGSYS'], kind: 'interrupt' },
  ),
};

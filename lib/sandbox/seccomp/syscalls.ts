/**
 * System calls that programs of an agent need, by purpose. What is not listed is refused: tracing and
 * other processes' memory, namespaces, mounts, keyrings, kernel modules, BPF, performance events,
 * user-space page faults, clocks, swap, hardware ports, NUMA placement.
 *
 * @see https://man7.org/linux/man-pages/man2/syscalls.2.html
 */
// prettier-ignore
export const allowedSyscalls = {
  files: [
    'access', 'chdir', 'chmod', 'chown', 'close', 'close_range', 'copy_file_range', 'creat', 'dup', 'dup2', 'dup3',
    'faccessat', 'faccessat2', 'fadvise64', 'fallocate', 'fchdir', 'fchmod', 'fchmodat', 'fchmodat2', 'fchown',
    'fchownat', 'fcntl', 'fdatasync', 'fgetxattr', 'flistxattr', 'flock', 'fremovexattr', 'fsetxattr', 'fstat',
    'fstatfs', 'fsync', 'ftruncate', 'futimesat', 'getcwd', 'getdents', 'getdents64', 'getxattr', 'getxattrat',
    'inotify_add_watch', 'inotify_init', 'inotify_init1', 'inotify_rm_watch', 'ioctl', 'lchown', 'lgetxattr', 'link',
    'linkat', 'listxattr', 'listxattrat', 'llistxattr', 'lremovexattr', 'lseek', 'lsetxattr', 'lstat', 'mkdir',
    'mkdirat', 'mknod', 'mknodat', 'newfstatat', 'open', 'openat', 'openat2', 'pread64', 'preadv', 'preadv2',
    'pwrite64', 'pwritev', 'pwritev2', 'read', 'readahead', 'readlink', 'readlinkat', 'readv', 'removexattr',
    'removexattrat', 'rename', 'renameat', 'renameat2', 'rmdir', 'sendfile', 'setxattr', 'setxattrat', 'splice',
    'stat', 'statfs', 'statx', 'symlink', 'symlinkat', 'sync', 'sync_file_range', 'syncfs', 'tee', 'truncate',
    'umask', 'unlink', 'unlinkat', 'utime', 'utimensat', 'utimes', 'vmsplice', 'write', 'writev',
  ],
  memory: [
    'brk', 'cachestat', 'madvise', 'map_shadow_stack', 'membarrier', 'memfd_create', 'mincore', 'mlock', 'mlock2',
    'mlockall', 'mmap', 'mprotect', 'mremap', 'mseal', 'msync', 'munlock', 'munlockall', 'munmap', 'pkey_alloc',
    'pkey_free', 'pkey_mprotect', 'remap_file_pages',
  ],
  processes: [
    'arch_prctl', 'capget', 'capset', 'execve', 'execveat', 'exit', 'exit_group', 'fork', 'get_robust_list',
    'get_thread_area', 'getcpu', 'getegid', 'geteuid', 'getgid', 'getgroups', 'getpgid', 'getpgrp', 'getpid',
    'getppid', 'getpriority', 'getresgid', 'getresuid', 'getrlimit', 'getrusage', 'getsid', 'gettid', 'getuid',
    'ioprio_get', 'ioprio_set', 'kill', 'pidfd_open', 'pidfd_send_signal', 'prctl', 'prlimit64', 'restart_syscall',
    'rseq', 'sched_get_priority_max', 'sched_get_priority_min', 'sched_getaffinity', 'sched_getattr',
    'sched_getparam', 'sched_getscheduler', 'sched_rr_get_interval', 'sched_setaffinity', 'sched_setattr',
    'sched_setparam', 'sched_setscheduler', 'sched_yield', 'seccomp', 'set_robust_list', 'set_thread_area',
    'set_tid_address', 'setfsgid', 'setfsuid', 'setgid', 'setgroups', 'setpgid', 'setpriority', 'setregid',
    'setresgid', 'setresuid', 'setreuid', 'setrlimit', 'setsid', 'setuid', 'sysinfo', 'tgkill', 'times', 'tkill',
    'uname', 'vfork', 'wait4', 'waitid',
  ],
  signals: [
    'alarm', 'getitimer', 'pause', 'rt_sigaction', 'rt_sigpending', 'rt_sigprocmask', 'rt_sigqueueinfo',
    'rt_sigreturn', 'rt_sigsuspend', 'rt_sigtimedwait', 'rt_tgsigqueueinfo', 'setitimer', 'sigaltstack', 'signalfd',
    'signalfd4',
  ],
  waiting: [
    'epoll_create', 'epoll_create1', 'epoll_ctl', 'epoll_ctl_old', 'epoll_pwait', 'epoll_pwait2', 'epoll_wait',
    'epoll_wait_old', 'eventfd', 'eventfd2', 'futex', 'futex_requeue', 'futex_wait', 'futex_waitv', 'futex_wake',
    'io_cancel', 'io_destroy', 'io_getevents', 'io_pgetevents', 'io_setup', 'io_submit', 'poll', 'ppoll', 'pselect6',
    'select',
  ],
  time: [
    'clock_getres', 'clock_gettime', 'clock_nanosleep', 'gettimeofday', 'nanosleep', 'time', 'timer_create',
    'timer_delete', 'timer_getoverrun', 'timer_gettime', 'timer_settime', 'timerfd_create', 'timerfd_gettime',
    'timerfd_settime',
  ],
  network: [
    'accept', 'accept4', 'bind', 'connect', 'getpeername', 'getsockname', 'getsockopt', 'listen', 'recvfrom',
    'recvmmsg', 'recvmsg', 'sendmmsg', 'sendmsg', 'sendto', 'setsockopt', 'shutdown',
  ],
  interprocess: [
    'mq_getsetattr', 'mq_notify', 'mq_open', 'mq_timedreceive', 'mq_timedsend', 'mq_unlink', 'msgctl', 'msgget',
    'msgrcv', 'msgsnd', 'pipe', 'pipe2', 'semctl', 'semget', 'semop', 'semtimedop', 'shmat', 'shmctl', 'shmdt',
    'shmget',
  ],
  confinement: ['landlock_add_rule', 'landlock_create_ruleset', 'landlock_restrict_self'],
  random: ['getrandom'],
} as const;

/**
 * Calls that a library falls back from when the kernel does not know them, and fails on when they are
 * refused: threads use `clone` then, and event loops `epoll`.
 */
export const unknownSyscalls = [
  'clone3',
  'io_uring_enter',
  'io_uring_register',
  'io_uring_setup',
] as const;

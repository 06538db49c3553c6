/** Faults that keep the egress guard from ending well, or the launcher from starting a program of the agent. */
export const hardeningCodes = {
  KARS_GUARD_BACKEND: 'the kernel has no packet filter that the guard can use',
  KARS_GUARD_CAPABILITY: 'the guard has no NET_ADMIN',
  KARS_GUARD_FOREIGN_RULES: 'somebody else has set packet rules in the pod',
  KARS_GUARD_INSTALL: 'the launcher cannot be written to its volume',
  KARS_GUARD_IPV6: 'the pod has IPv6 that the kernel cannot filter',
  KARS_GUARD_PROBE: 'an attempt that has to be refused within the pod was not',
  KARS_GUARD_RULES_DIFFER: 'the rules in force are not those that were loaded',
  KARS_PROFILE_INSTALL: 'the seccomp profile cannot be written to the node',
  KARS_PROFILE_MISSING: 'the node has no seccomp profile with the digest of this release',
  KARS_COMMAND_NOT_FOUND: 'the image has no such program',
  KARS_COMMAND_FAILED: 'the kernel does not run the program',
  KARS_LANDLOCK_MISSING: 'the kernel has no Landlock, or an older one than is asked for',
  KARS_LANDLOCK_FAILED: 'the kernel refuses the rules about files',
  KARS_LAUNCH_LINK:
    'the image of the agent has a link where the launcher or a directory of the agent is mounted',
  KARS_LAUNCH_LIMIT: 'a resource limit cannot be set',
  KARS_LAUNCH_DESCRIPTORS: 'open files cannot be closed',
  KARS_SECCOMP_FAILED: 'the kernel refuses the filter of system calls',
} as const;

/** Code of a fault of guard or launcher. */
export type HardeningCode = keyof typeof hardeningCodes;

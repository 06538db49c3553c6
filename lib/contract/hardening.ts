/** Directory of the guard's ConfigMap, in the guard alone. */
export const GUARD_DIR = '/etc/kars/guard';

/** Directory that the guard installs the launcher and its document into; the agent mounts it read-only. */
export const LAUNCH_DIR = '/run/kars/launch';

/** Directories that the agent may write to. */
export const agentDirectories = { workspace: '/sandbox', temporary: '/tmp' } as const;

/** Directory of the named secrets of the agent, one file each. */
export const AGENT_SECRETS_DIR = '/run/kars/secrets';

/** Directory of {@link CA_FILE} in the agent. */
export const CA_DIR = '/run/kars/ca';

/** Certificates that the agent trusts, below {@link CA_DIR}. */
export const CA_FILE = 'ca.crt';

/** File of the guard document below {@link GUARD_DIR}. */
export const GUARD_FILE = 'guard.json';

/** File of the launch document below {@link GUARD_DIR} and {@link LAUNCH_DIR}. */
export const LAUNCH_FILE = 'launch.json';

/** Name of the launcher below {@link LAUNCH_DIR}, and of the programs in the guard image. */
export const launcherPrograms = { guard: '/guard', launch: '/launch' } as const;

/** The command that starts `command` as the agent, restricted by the launch document. */
export function launchCommand(command: readonly string[]): string[] {
  return [
    `${LAUNCH_DIR}${launcherPrograms.launch}`,
    `--document=${LAUNCH_DIR}/${LAUNCH_FILE}`,
    '--',
    ...command,
  ];
}

/** The arguments of the guard for documents with these digests, each `sha256:` and 64 hex digits. */
export function guardArguments(digests: {
  readonly guard: string;
  readonly launch: string;
}): string[] {
  return [
    `--document=${GUARD_DIR}/${GUARD_FILE}`,
    `--document-digest=${digests.guard}`,
    `--launch-document=${GUARD_DIR}/${LAUNCH_FILE}`,
    `--launch-digest=${digests.launch}`,
    `--install=${LAUNCH_DIR}`,
  ];
}

/** Exit codes of every command. */
export const exitCodes = {
  /** Everything that was asked for holds. */
  ok: 0,
  /** The command ran, and something does not hold. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The command itself broke. */
  internal: 3,
} as const;

/** An exit code. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

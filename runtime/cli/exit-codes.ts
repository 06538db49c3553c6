/** Exit codes of every command. */
export const exitCodes = {
  /** Everything that was asked for holds. */
  ok: 0,
  /** The command ran, and something does not hold. */
  failed: 1,
  /** The command line is wrong. */
  usage: 2,
  /** The command could not finish. */
  internal: 3,
} as const;

/** An exit code. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What each exit code says; a signal ends a command with 128 and its number, as in a shell. */
export const exitCodeMeanings: Readonly<Record<keyof typeof exitCodes, string>> = {
  ok: 'everything that was asked for holds',
  failed: 'the command ran, and a check failed: the output says which',
  usage: 'the command line is wrong: nothing ran',
  internal: 'the command could not finish: a file, an app or a process that it needs is broken',
};

/** A fault that decides the exit code. */
export class CommandError extends Error {
  readonly exitCode: ExitCode;

  constructor(code: Exclude<keyof typeof exitCodes, 'ok'>, message: string) {
    super(message);
    this.name = 'CommandError';
    this.exitCode = exitCodes[code];
  }
}

import { nameOf, readShell, type ShellLine, type SimpleCommand } from './shell-command.ts';

/** A pattern of commands: a program, with the first of its arguments or without, and anything behind them. */
export interface ShellPattern {
  readonly words: readonly string[];
  /** Whether it stands for every line, whatever nobody can tell of it. */
  readonly isAll: boolean;
  /** Whether the last word is the beginning of one. */
  readonly isBeginning: boolean;
}

/** Verb of actions that are lines for a shell. */
export const SHELL = 'shell:';

/** Directories in which a program is the one that its name says. */
const SYSTEM = /^\/(usr\/)?(local\/)?s?bin\/[^/]+$/;

/** A line as it is asked about. */
export const lineOf = (action: string): ShellLine => readShell(action.slice(SHELL.length));

/** Reads a pattern, the verb of which is `shell`. */
export function readShellPattern(pattern: string): ShellPattern {
  const text = pattern.slice(SHELL.length);
  const isOpen = text.endsWith('*');
  const words = (isOpen ? text.slice(0, -1) : text).split(/\s+/).filter((word) => word !== '');
  return {
    words,
    isAll: isOpen && words.length === 0,
    isBeginning: isOpen && /\S\*$/.test(text),
  };
}

/** Whether all of a line is in patterns: each of its commands, and nothing that nobody can tell. */
export const isAllIn = (
  { commands, isOpaque, isRedirected }: ShellLine,
  patterns: readonly ShellPattern[],
): boolean =>
  patterns.some(({ isAll }) => isAll) ||
  (!isOpaque &&
    !isRedirected &&
    commands.length > 0 &&
    commands.every(
      (command) => isOfSystem(command) && patterns.some((pattern) => begins(command, pattern)),
    ));

/** Whether any of a line is in patterns, or could be: what nobody can tell may be one of them. */
export const isAnyIn = (
  { commands, isOpaque }: ShellLine,
  patterns: readonly ShellPattern[],
): boolean =>
  patterns.some(
    (pattern) => isOpaque || pattern.isAll || commands.some((command) => begins(command, pattern)),
  );

/** An agent can put a program of any name into a directory of its own. */
const isOfSystem = ([program = '']: SimpleCommand): boolean =>
  !program.includes('/') || SYSTEM.test(program);

function begins([program = '', ...rest]: SimpleCommand, pattern: ShellPattern): boolean {
  const { words, isBeginning } = pattern;
  const named = [nameOf(program), ...rest];
  return (
    words.length > 0 &&
    words.every((word, index) =>
      isBeginning && index === words.length - 1
        ? named[index]?.startsWith(word) === true
        : named[index] === word,
    )
  );
}

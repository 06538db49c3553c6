/** One program with its arguments, as a shell would start it. */
export type SimpleCommand = readonly string[];

/** What a line has a shell do, as far as anybody can tell without running it. */
export interface ShellLine {
  /** Every command, those within others included. */
  readonly commands: readonly SimpleCommand[];
  /** Whether there may be commands that nobody can tell. */
  readonly isOpaque: boolean;
  /** Whether it reads or writes files by itself. */
  readonly isRedirected: boolean;
}

/** Shells within shells; deeper ones nobody reads. */
const DEEPEST = 4;

const SHELLS: ReadonlySet<string> = new Set(['ash', 'bash', 'dash', 'ksh', 'sh', 'zsh']);

/** Programs and words that run the command which stands behind them. */
const WRAPPERS: ReadonlySet<string> = new Set(
  `! . alias builtin busybox case chroot command coproc do doas elif else env eval exec find for function if
  ionice nice nohup parallel select setsid source stdbuf sudo then time timeout toybox trap until watch while
  xargs`.split(/\s+/),
);

/** Reads a line for a shell. */
export function readShell(line: string, depth = 0): ShellLine {
  const outer = new Reader(line).read();
  const inner = outer.commands.map((command) => within(command, depth));
  return {
    commands: [...outer.commands, ...inner.flatMap(({ commands }) => commands)],
    isOpaque: outer.isOpaque || inner.some(({ isOpaque }) => isOpaque),
    isRedirected: outer.isRedirected || inner.some(({ isRedirected }) => isRedirected),
  };
}

/** The name of a program, without the directory that it lies in. */
export const nameOf = (program: string): string => program.slice(program.lastIndexOf('/') + 1);

const NOTHING: ShellLine = { commands: [], isOpaque: false, isRedirected: false };

/** What a command has another program run. Which word of a wrapper is the command depends on its options. */
function within([program = '', ...rest]: SimpleCommand, depth: number): ShellLine {
  const name = nameOf(program);
  if (SHELLS.has(name)) {
    const script = rest[rest.findIndex((word) => /^-[a-z]*c/.test(word)) + 1];
    return script === undefined || script === rest[0] || depth >= DEEPEST
      ? { ...NOTHING, isOpaque: true }
      : readShell(script, depth + 1);
  }
  return WRAPPERS.has(name)
    ? { ...NOTHING, commands: rest.map((_word, index) => rest.slice(index)), isOpaque: true }
    : NOTHING;
}

/** Splits a line into commands, and those into words, with the quotes taken off. */
class Reader {
  readonly #line: string;
  readonly #commands: string[][] = [];
  #words: string[] = [];
  #word: string | undefined;
  #quote: string | undefined;
  #isOpaque = false;
  #isRedirected = false;

  constructor(line: string) {
    this.#line = line;
  }

  read(): ShellLine {
    for (let at = 0; at < this.#line.length; at += 1) {
      const character = this.#line.charAt(at);
      const next = this.#line.charAt(at + 1);
      if (character === '\\' && this.#quote !== "'") {
        // With the end of a line both go.
        this.#add(next === '\n' ? '' : next);
        at += 1;
      } else if (this.#quote !== undefined) this.#quoted(character, next);
      else this.#plain(character, next);
    }
    this.#endCommand();
    return {
      commands: this.#commands,
      isOpaque: this.#isOpaque || this.#quote !== undefined,
      isRedirected: this.#isRedirected,
    };
  }

  #quoted(character: string, next: string): void {
    if (character === this.#quote) this.#quote = undefined;
    else {
      if (this.#quote === '"') this.#expand(character, next);
      this.#add(character);
    }
  }

  #plain(character: string, next: string): void {
    if (character === '"' || character === "'") {
      this.#quote = character;
      this.#add('');
    } else if (/[;&|\n(){}]/.test(character)) {
      this.#isOpaque ||= /[(){}]/.test(character);
      this.#endCommand();
    } else if (/[<>]/.test(character)) {
      this.#isRedirected = true;
      this.#endWord();
    } else if (/[ \t]/.test(character)) this.#endWord();
    else {
      this.#expand(character, next);
      this.#isOpaque ||= this.#words.length === 0 && /[*?[\]~=!#^]/.test(character);
      this.#add(character);
    }
  }

  /** A substitution runs commands; a variable in the place of the program may be any. */
  #expand(character: string, next: string): void {
    this.#isOpaque ||=
      character === '`' ||
      (character === '$' && (this.#words.length === 0 || /[({'"[]/.test(next)));
  }

  #add(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #endCommand(): void {
    this.#endWord();
    if (this.#words.length > 0) this.#commands.push(this.#words);
    this.#words = [];
  }
}

import { printable } from './printable.ts';

/** Where a command writes. */
export interface Output {
  /** The result, on standard output. */
  readonly print: (text: string) => void;
  /** What goes on, on standard error, so that it never mixes with a result. */
  readonly progress: (text: string) => void;
}

/** The streams of this process. Logs, images and clusters are not ours, so nothing of them commands a terminal. */
export const processOutput: Output = {
  print: (text) => process.stdout.write(`${printable(text)}\n`),
  progress: (text) => process.stderr.write(`${printable(text)}\n`),
};

/** Whether a command names a program. */
export const namesProgram = ([program]: readonly string[]): boolean =>
  program !== undefined && program !== '';

/** What is wrong about an agent without a command. */
export const COMMAND_MISSING =
  'got none, supply the program that the container runs; kars images inspect prints that of an image';

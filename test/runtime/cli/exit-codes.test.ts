import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { exitCodeMeanings, exitCodes } from '../../../runtime/cli/exit-codes.ts';
import { kars } from '../../support/kars.ts';

const page = readFileSync('docs/reference/cli.md', 'utf8');
const names = Object.keys(exitCodes) as (keyof typeof exitCodes)[];

describe('the exit codes', () => {
  it.each(names)('on the page say what the code says of %s', (name) => {
    expect(page).toContain(`| ${exitCodes[name]} | ${exitCodeMeanings[name]} |`);
  });

  it('of signals are those of a shell', () => {
    const { SIGHUP, SIGINT, SIGTERM } = constants.signals;
    const codes = [SIGHUP, SIGINT, SIGTERM].map((number) => 128 + number).join(', ');
    expect(page).toContain(`| ${codes} |`);
  });

  it('stand in the help, and every command is on the page', async () => {
    const { stdout } = await kars(['--help']);
    for (const name of names) expect(stdout).toContain(exitCodeMeanings[name]);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?= .* {2,}\S)/gm)].map(([, name]) => name);
    expect(commands.length).toBeGreaterThan(3);
    for (const name of commands)
      if (name !== 'help') expect(page).toContain(`\`kars ${name ?? ''}`);
  });
});

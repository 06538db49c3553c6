import { copyFileSync, cpSync, mkdirSync, chmodSync, symlinkSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { interfacesProgram } from './interfaces-program.ts';
import { makePlace, routes, runBy, type Place } from './routes.ts';
import { leftOut, programs } from './work.ts';

/** Node, npm and the program of Go, where every user and container finds them. */
function bringTools({ tools }: Place): void {
  copyFileSync(process.execPath, join(tools, 'node'));
  copyFileSync(interfacesProgram(), join(tools, 'interfaces'));
  const npm = dirname(dirname(realpathSync(process.env['npm_execpath'] ?? '/usr/bin/npm')));
  cpSync(npm, join(tools, 'npm-package'), { recursive: true, dereference: true });
  symlinkSync('npm-package/bin/npm-cli.js', join(tools, 'npm'));
  chmodSync(join(tools, 'npm-package', 'bin', 'npm-cli.js'), 0o755);
}

if (leftOut.length > 0) console.warn(`left out, not on this machine: ${leftOut.join(', ')}`);

const held = routes.filter((route) => route !== 'free');
const cases = Object.entries(programs)
  .filter(([name]) => !leftOut.includes(name))
  .flatMap(([name, program]) => held.map((route) => ({ name, route, ...program })));

describe('ordinary work under the filter', () => {
  const root = mkdtempSync(join(tmpdir(), 'kars-work-'));
  let place: Place;
  beforeAll(() => {
    place = makePlace(root);
    bringTools(place);
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it.each(cases)('by $route: $name', ({ name, route, script, prints }) => {
    const directory = join(place.work, basename(`${route} ${name}`).replaceAll(/[^a-z]+/g, '-'));
    mkdirSync(directory);
    chmodSync(directory, 0o777);
    const text = `set -euo pipefail\ncd ${directory}\nexport HOME="$PWD" TMPDIR="$PWD"\n${script}`;
    const { status, stdout, stderr } = runBy(route, place, ['/bin/bash', '-c', text]);
    expect({ status, said: stdout.trim().split('\n').at(-1), stderr }).toMatchObject({
      status: 0,
      said: prints,
    });
  });
});

import { globSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LAUNCHER_MODULE, launcherProgram } from '../../scripts/launcher.ts';

const MOST_BYTES = 3_000_000;
const MOST_LINES = 300;

it('the launcher needs no loader and no library of the image', () => {
  const hasLoader = (program: string): boolean => readFileSync(program).includes('/ld-linux');
  expect(hasLoader(launcherProgram('launch'))).toBe(false);
  expect(hasLoader(process.execPath)).toBe(true);
});

it('the launcher is small enough to be copied into every pod, and to be read', () => {
  expect(statSync(launcherProgram('launch')).size).toBeLessThanOrEqual(MOST_BYTES);
  const files = globSync('{cmd,internal}/launch/*.go', { cwd: LAUNCHER_MODULE });
  const lines = files
    .filter((file) => !file.endsWith('_test.go'))
    .flatMap((file) => readFileSync(join(LAUNCHER_MODULE, file), 'utf8').split('\n'))
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('//'));
  expect(lines.length).toBeGreaterThan(0);
  expect(lines.length).toBeLessThanOrEqual(MOST_LINES);
});

import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { bundle, programs, type Program } from './bundles.ts';

rmSync('dist', { recursive: true, force: true });
rmSync('runtime/dist', { recursive: true, force: true });
process.stdout.write('building kars-constructs\n');
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { stdio: 'inherit' });
for (const program of Object.keys(programs) as Program[]) {
  const outfile = `runtime/dist/${program}.js`;
  await bundle(program, outfile);
  process.stdout.write(`built ${outfile}\n`);
}

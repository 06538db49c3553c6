import { spawnSync } from 'node:child_process';
import { cacheRoot } from '../../scripts/cache.ts';
import { buildGoProgram } from '../../scripts/images/go-program.ts';
import { installPackages, setUp } from '../support/setup.ts';
import { debianPackages, missingPrograms } from './egress/programs.ts';
import { smokescreenProgram } from './egress/proxies/smokescreen.ts';

await setUp(async (say) => {
  await installPackages(
    missingPrograms().map((path) => debianPackages[path] ?? path),
    say,
  );
  if (spawnSync('go', ['version']).status === 0) {
    await buildGoProgram(smokescreenProgram, { cache: cacheRoot(), progress: say });
  } else say('got no Go, so the bench of the egress proxy has no smokescreen beside it');
  say('the benches are set up; run one with: npm run bench -- egress');
});

import { spawnSync } from 'node:child_process';
import { cacheRoot } from '../../scripts/cache.ts';
import { buildGoProgram } from '../../scripts/images/go-program.ts';
import { installPackages, missingOf, setUp } from '../support/setup.ts';
import { installAgt } from '../runtime/governance/agt/agt-package.ts';
import { debianPackages } from './egress/programs.ts';
import { smokescreenProgram } from './egress/proxies/smokescreen.ts';
import { installLiteLlm } from './router/gateways/litellm.ts';
import { installPortkey } from './router/gateways/portkey.ts';
import { buildUpstream } from './router/upstream/program.ts';

await setUp(async (say) => {
  await installPackages(
    missingOf(debianPackages).map((path) => debianPackages[path] ?? path),
    say,
  );
  if (spawnSync('go', ['version']).status === 0) {
    await buildGoProgram(smokescreenProgram, { cache: cacheRoot(), progress: say });
    buildUpstream();
  } else say('got no Go: no smokescreen beside the egress proxy, and no bench of the router');
  await installAgt(say);
  await installPortkey(say);
  if (spawnSync('python3', ['-m', 'venv', '--help']).status === 0) await installLiteLlm(say);
  else say('got no Python with venv, so the bench of the router has no LiteLLM beside it');
  say('the benches are set up; run one with: npm run bench -- egress');
});

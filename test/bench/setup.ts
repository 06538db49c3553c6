import { installPackages, setUp } from '../support/setup.ts';
import { debianPackages, missingPrograms } from './egress/programs.ts';

await setUp(async (say) => {
  await installPackages(
    missingPrograms().map((path) => debianPackages[path] ?? path),
    say,
  );
  say('the benches are set up; run one with: npm run bench -- egress');
});

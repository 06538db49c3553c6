import { expect, it } from 'vitest';
import { startProvider } from '../../support/openai-provider.ts';
import { policies, startRouter } from './support.ts';

it('lists models by what requests call them, with their providers, and no target that only takes over', async () => {
  const { client } = await startRouter((await startProvider()).endpoint, {
    ...policies,
    'inference-policy': {
      ...policies['inference-policy'],
      models: [
        {
          provider: 'local',
          deployment: 'small',
          alias: 'quick',
          fallbacks: [{ provider: 'local', deployment: 'hidden' }],
        },
        { provider: 'local', deployment: 'large' },
      ],
    },
  });
  const listed = (await client.models.list()).data.map(({ id, owned_by: owner }) => [id, owner]);
  expect(listed).toEqual([
    ['quick', 'local'],
    ['large', 'local'],
  ]);
});

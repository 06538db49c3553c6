import { expect, it } from 'vitest';
import { launchDocumentFor } from '../../../../lib/sandbox/launch/launch-document.ts';

it('is the document that the tests of the launcher filter with, for each architecture', async () => {
  const document = launchDocumentFor({
    isolation: 'enhanced',
    writable: ['/sandbox', '/tmp'],
    connectPorts: 'Any',
    minLandlockAbi: 1,
  });
  await expect(`${JSON.stringify(document, undefined, 2)}\n`).toMatchFileSnapshot(
    '../../../../runtime/launcher/internal/launch/testdata/launch.json',
  );
});

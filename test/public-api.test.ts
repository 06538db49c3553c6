import { describe, expect, it } from 'vitest';
import * as contract from 'kars-constructs/contract';
import * as main from 'kars-constructs';
import * as signing from 'kars-constructs/signing';
import * as testing from 'kars-constructs/testing';

describe('the public names', () => {
  it.each(Object.entries({ main, contract, signing, testing }))(
    'of %s are these',
    async (name, exported) => {
      await expect(`${Object.keys(exported).sort().join('\n')}\n`).toMatchFileSnapshot(
        `__snapshots__/public-api/${name}.txt`,
      );
    },
  );
});

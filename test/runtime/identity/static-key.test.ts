import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CredentialFault } from '../../../runtime/identity/credential-source.ts';
import { StaticKey } from '../../../runtime/identity/static-key.ts';
import { temporaryDirectory } from '../../support/documents.ts';

/** A key in a file, and a clock for it. */
function keyIn(content: string | undefined) {
  const file = join(temporaryDirectory(), 'key');
  if (content !== undefined) writeFileSync(file, content);
  let time = 0;
  const pass = (milliseconds: number): void => {
    time += milliseconds;
  };
  return { file, key: new StaticKey(file, () => time), pass };
}

describe('a key in a file', () => {
  it.each([undefined, '', ' \n'])('is missing where the file has %j', async (content) => {
    const { key, file } = keyIn(content);
    const fault = await key.credential().catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(CredentialFault);
    expect(fault).toMatchObject({ code: 'KARS_CREDENTIAL_MISSING' });
    expect(String(fault)).not.toContain(file);
  });

  it('is what the file has, without blanks around it', async () => {
    expect(await keyIn('sk-1\n').key.credential()).toBe('sk-1');
  });

  it('is read anew a second later, and not for each call before that', async () => {
    const { key, file, pass } = keyIn('sk-1');
    await key.credential();
    writeFileSync(file, 'sk-2');
    pass(999);
    expect(await key.credential()).toBe('sk-1');
    pass(1);
    expect(await key.credential()).toBe('sk-2');
    rmSync(file);
    pass(1000);
    await expect(key.credential()).rejects.toThrow(CredentialFault);
    writeFileSync(file, 'sk-3');
    pass(1000);
    expect(await key.credential()).toBe('sk-3');
  });
});

import { generateKeyPairSync } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ed25519Signer, type SigningProvider } from 'kars-constructs/contract';
import { AuditLogError } from './audit-log-error.ts';

const FILE = 'signing-key.pem';

/**
 * The key that a log signs with. It is made with the log and lies beside it, so whoever can read the
 * directory can sign as well; others cannot.
 *
 * @throws AuditLogError when what is there is no key; it is left as it is.
 */
export async function signingKey(directory: string): Promise<SigningProvider> {
  const file = join(directory, FILE);
  const found = await readFile(file, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw noKey(file, error);
  });
  if (found === undefined) {
    const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });
    // Whole or not at all: half a key would deny every call until somebody moves it away.
    const unnamed = `${file}.new`;
    await writeFile(unnamed, pem, { mode: 0o600, flush: true });
    await rename(unnamed, file);
    return ed25519Signer(String(pem));
  }
  try {
    return ed25519Signer(found);
  } catch (error) {
    throw noKey(file, error);
  }
}

const noKey = (file: string, why: unknown): AuditLogError =>
  new AuditLogError(
    'KARS_AUDIT_KEY',
    `${file} cannot be read as a private key of Ed25519 in PEM (${String(why)}); restore it, or move it away, after which the log goes on with another key`,
  );

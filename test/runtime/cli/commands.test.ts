import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { AuditLog } from '../../../runtime/audit/audit-log.ts';
import { signingKey } from '../../../runtime/audit/signing-key.ts';
import { deniedModel } from '../../support/audit.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { kars } from '../../support/kars.ts';

describe('kars crds', () => {
  it('prints the nine definitions as one stream', async () => {
    const { code, stdout } = await kars(['crds']);
    const documents = parseAllDocuments(stdout).map(
      (document) => document.toJS() as { kind: string },
    );
    expect(code).toBe(0);
    expect(documents.map(({ kind }) => kind)).toEqual(
      Array.from({ length: 9 }, () => 'CustomResourceDefinition'),
    );
  });

  it('prints them as JSON', async () => {
    const { stdout } = await kars(['crds', '--json']);
    expect(JSON.parse(stdout)).toHaveLength(9);
  });
});

describe('kars validate', () => {
  const good = 'test/contract/golden/ToolPolicy/valid/full.yaml';
  const bad = 'test/contract/golden/ToolPolicy/invalid/empty-labels.yaml';

  it('accepts what is valid and skips what is not ours', async () => {
    const { code, stdout } = await kars(['validate', good, '-'], 'apiVersion: v1\nkind: Pod\n');
    expect(code).toBe(0);
    expect(stdout).toContain('1 valid, 0 invalid, 1 skipped');
  });

  it('names file, document, code and path of what is not', async () => {
    const { code, stdout } = await kars(['validate', good, bad]);
    expect(code).toBe(1);
    expect(stdout).toContain(
      `${bad}:1: [KARS_MANIFEST_INVALID] spec: spec.appliesTo.sandboxMatchLabels must contain at least one label`,
    );
  });

  it('names a document that is no YAML', async () => {
    const { code, stdout } = await kars(['validate', '-', '--json'], 'a: [1');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([{ document: 1, status: 'invalid' }]);
  });

  it('ends with code 3 when a file is missing', async () => {
    const { code, stderr } = await kars(['validate', 'nowhere.yaml']);
    expect(code).toBe(3);
    expect(stderr).toContain('nowhere.yaml');
  });
});

describe('kars audit verify', () => {
  it('ends with code 0 for a whole log and 1 for a changed one', async () => {
    const file = join(temporaryDirectory(), 'audit.jsonl');
    const signer = await signingKey(dirname(file));
    const log = await AuditLog.open(dirname(file), {}, signer);
    const entry = { ...deniedModel, decision: 'allow' as const, code: '' };
    await log.append(entry);
    await log.append(entry);
    await log.close();
    const whole = await kars(['audit', 'verify', file, '--key', signer.key]);
    expect(whole).toMatchObject({ code: 0 });
    expect(whole.stdout).toMatch(
      `2 records, 2 allowed, 0 denied, signed up to number 2 by ${signer.key}, head `,
    );
    const other = await kars(['audit', 'verify', file, '--key', 'x'.repeat(43)]);
    expect(other.code).toBe(1);
    expect(other.stdout).toContain('[KARS_AUDIT_KEY]');
    const directory = await kars(['audit', 'verify', dirname(file)]);
    expect(directory).toMatchObject({ code: 0 });
    expect(directory.stdout).toContain('2 records, 2 allowed');
    writeFileSync(file, '{}\n');
    const { stdout } = await kars(['audit', 'verify', dirname(file)]);
    expect(stdout).toContain(`${file}:1: [KARS_AUDIT_MALFORMED]`);
    const changed = await kars(['audit', 'verify', file, '--json']);
    expect(changed.code).toBe(1);
    expect(JSON.parse(changed.stdout)).toMatchObject([{ ok: false, code: 'KARS_AUDIT_MALFORMED' }]);
  });
});

describe('kars', () => {
  it('ends with code 2 for a command that there is not', async () => {
    expect((await kars(['fly'])).code).toBe(2);
    expect((await kars(['validate'])).code).toBe(2);
  });

  it('ends with code 0 for help and version', async () => {
    expect((await kars(['--help'])).code).toBe(0);
    expect(await kars(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });
});

import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { processes, projection } from 'kars-constructs/contract';
import { CommandError, exitCodes } from '../../../runtime/cli/exit-codes.ts';
import { LocalSandbox } from '../../../runtime/cli/local/local-sandbox.ts';
import type { SandboxManifests } from '../../../runtime/cli/local/manifests.ts';
import { requireEqual } from '../../../runtime/cli/quickstart/governed-run.ts';
import { temporaryDirectory } from '../../support/documents.ts';
import { quickstartSandbox } from '../../support/synthesized-sandbox.ts';

let manifests: SandboxManifests;

// Of this file alone, so that what other runs leave for a moment is not counted.
const own = mkdtempSync(join(tmpdir(), 'kars-test-'));

beforeAll(() => {
  process.env['TMPDIR'] = own;
  manifests = quickstartSandbox();
});

afterAll(() => {
  rmSync(own, { recursive: true, force: true });
});

const overrides = {
  providerEndpoints: {},
  resolve: {},
  credentials: { openai: 'sk-of-a-test' },
};

async function started(changes: Partial<SandboxManifests> = {}): Promise<LocalSandbox> {
  const sandbox = await LocalSandbox.start(
    { ...manifests, ...changes },
    temporaryDirectory(),
    overrides,
  );
  onTestFinished(() => sandbox.stop());
  return sandbox;
}

const credentialDirectories = (): string[] =>
  readdirSync(own).filter((name) => name.startsWith('kars-credentials-'));

describe('a sandbox on this machine', () => {
  it('enforces every document that was synthesized', async () => {
    const digests = await (await started()).compareDigests();
    expect(() => requireEqual(digests)).not.toThrow();
    const compared = digests.map(({ process, file }) => `${process} ${file}`).sort();
    const due = Object.values(projection)
      .filter(({ whenAbsent }) => whenAbsent === 'deny')
      .flatMap(({ readers, file }) => readers.map((reader) => `${reader} ${file}`))
      .sort();
    expect(compared).toEqual(due);
  });

  it('is stopped with code 1 by any one document that is not the synthesized one', async () => {
    const other = `sha256:${'0'.repeat(64)}`;
    const digests = new Map([...manifests.digests.keys()].map((file) => [file, other]));
    const compared = await (await started({ digests })).compareDigests();
    expect(compared.length).toBeGreaterThan(4);
    for (const comparison of compared) {
      const refusal = expect.objectContaining({
        exitCode: exitCodes.failed,
        message: `${comparison.process} enforces ${comparison.enforced ?? 'nothing'} for ${comparison.file}, synthesized was ${other}`,
      }) as Error;
      expect(() => requireEqual([comparison])).toThrow(refusal);
      expect(comparison.enforced).toBe(manifests.digests.get(comparison.file));
    }
  });

  it('is stopped when nothing was compared', () => {
    expect(() => requireEqual([])).toThrow(CommandError);
  });

  it('does not come up with a document that its set does not list, and leaves nothing', async () => {
    const before = credentialDirectories();
    const { file } = projection['tool-policy'];
    const documents = new Map([...manifests.documents, [file, '{}']]);
    await expect(started({ documents })).rejects.toThrow('router is not ready');
    expect(credentialDirectories()).toEqual(before);
  }, 30_000);

  it('does not come up when a process refuses its arguments, and leaves nothing', async () => {
    const before = credentialDirectories();
    const router = { ...manifests.router, args: ['--bogus'] };
    await expect(started({ router })).rejects.toThrow(
      "router ended with code 2: Unknown option '--bogus'",
    );
    expect(credentialDirectories()).toEqual(before);
  });

  it('gives the agent what the Deployment does, but for the ports', async () => {
    const sandbox = await started();
    const env = await sandbox.agentEnvironment();
    const due = Object.fromEntries(
      manifests.agent.env.map(({ name, value = '' }) => [name, value]),
    );
    expect(Object.keys(env)).toEqual(Object.keys(due));
    const differing = Object.keys(env).filter((name) => env[name] !== due[name]);
    expect(differing.sort()).toEqual(
      [
        'ANTHROPIC_BASE_URL',
        'HTTP_PROXY',
        'HTTPS_PROXY',
        'OPENAI_BASE_URL',
        'http_proxy',
        'https_proxy',
      ].sort(),
    );
    const all = Object.values(env).join(' ');
    for (const { agentPort } of Object.values(processes))
      expect(all).not.toContain(`:${agentPort}`);
    expect(all).not.toContain('sk-of-a-test');
  });

  it('answers no DNS, which nothing would redirect to it', async () => {
    expect(manifests.egressProxy.args).toContain('--dns-port=5353');
    const directory = temporaryDirectory();
    const sandbox = await LocalSandbox.start(manifests, directory, overrides);
    await sandbox.stop();
    expect(readdirSync(join(directory, 'state', 'egress-proxy'))).not.toContain('dns-names.jsonl');
  });

  it('writes its audit logs, and forgets the credentials', async () => {
    const before = credentialDirectories();
    const directory = temporaryDirectory();
    const sandbox = await LocalSandbox.start(manifests, directory, overrides);
    expect(credentialDirectories()).toHaveLength(before.length + 1);
    await sandbox.stop();
    expect(credentialDirectories()).toEqual(before);
    expect(existsSync(sandbox.auditLog('router'))).toBe(true);
    expect(readdirSync(join(directory, 'state')).sort()).toEqual(['egress-proxy', 'router']);
  });
});

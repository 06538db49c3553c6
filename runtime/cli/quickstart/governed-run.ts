import { mkdir } from 'node:fs/promises';
import { AGENT_HOST, decodeKind, projection } from 'kars-constructs/contract';
import { verifyAuditLog } from '../../audit/verify.ts';
import { CommandError } from '../exit-codes.ts';
import { LocalSandbox, type DigestComparison } from '../local/local-sandbox.ts';
import type { SandboxManifests } from '../local/manifests.ts';
import { scoped } from '../local/scope.ts';
import { runAgentProcess } from './agent-process.ts';
import { auditedAttempts } from './audited-attempts.ts';
import type { QuickstartReport, RunReport } from './report.ts';
import { ARTICLE_HOST, COLLECTOR_HOST, startSites } from './sites.ts';
import { conclude } from './task.ts';

/** Where the models of a run are served, and the credential that the router uses there. */
export interface RunProvider {
  readonly endpoint: string;
  readonly credential: string;
}

/** What a run in the sandbox showed. */
export type GovernedRun = Pick<QuickstartReport, 'digests' | 'audit' | 'tokens'> & {
  readonly governed: RunReport & { readonly agentHoldsCredential: boolean };
};

/**
 * Runs the task in the sandbox, with its volumes below `directory`.
 *
 * @throws CommandError (failed) when a process enforces another document than the synthesized one.
 */
export function runGoverned(
  manifests: SandboxManifests,
  {
    directory,
    secretFile,
    provider: { endpoint, credential },
  }: { readonly directory: string; readonly secretFile: string; readonly provider: RunProvider },
): Promise<GovernedRun> {
  return scoped(async (defer) => {
    const sites = await startSites(secretFile);
    defer(sites.close);
    const web = `${AGENT_HOST}:${sites.port}`;
    await mkdir(directory, { recursive: true });
    const names = providersOf(manifests);
    const sandbox = await LocalSandbox.start(manifests, directory, {
      providerEndpoints: Object.fromEntries(names.map((name) => [name, endpoint])),
      credentials: Object.fromEntries(names.map((name) => [name, credential])),
      // Both hosts resolve, so that what keeps the collector out is the policy alone.
      resolve: { [`${ARTICLE_HOST}:80`]: web, [`${COLLECTOR_HOST}:80`]: web },
    });
    defer(() => sandbox.stop());
    const digests = await sandbox.compareDigests();
    requireEqual(digests);
    const env = await sandbox.agentEnvironment();
    const run = await runAgentProcess(env);
    await sandbox.stop();
    const logs = { router: sandbox.auditLog('router'), proxy: sandbox.auditLog('egress-proxy') };
    const decisions = (await Promise.all(Object.values(logs).map(auditedAttempts))).flat();
    const router = await verifyAuditLog(logs.router);
    return {
      digests,
      audit: { router, 'egress-proxy': await verifyAuditLog(logs.proxy) },
      tokens: router.ok ? router.tokens : { input: 0, output: 0 },
      governed: {
        attempts: decisions
          .sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0))
          .map(({ attempt }) => attempt),
        ...conclude(run, sites),
        agentHoldsCredential: Object.values(env).some((value) => value.includes(credential)),
      },
    };
  });
}

/** @throws CommandError (failed) that names the first difference, or says that nothing was compared. */
export function requireEqual(digests: readonly DigestComparison[]): void {
  if (digests.length === 0) throw new CommandError('failed', 'no process enforces any document');
  const wrong = digests.find(({ enforced, synthesized }) => enforced !== synthesized);
  if (wrong === undefined) return;
  const { process, file, enforced, synthesized } = wrong;
  throw new CommandError(
    'failed',
    `${process} enforces ${enforced ?? 'nothing'} for ${file}, synthesized was ${synthesized === '' ? 'nothing' : synthesized}`,
  );
}

/** Every provider that the policy names: none of them is called in a local run but at the given endpoint. */
function providersOf({ documents }: SandboxManifests): string[] {
  const body = documents.get(projection['inference-policy'].file);
  const policy = body === undefined ? undefined : decodeKind('inference-policy', body);
  return policy?.ok === true ? policy.value.payload.providers.map(({ name }) => name) : [];
}

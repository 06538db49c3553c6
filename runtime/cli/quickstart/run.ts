import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AGENT_HOST } from 'kars-constructs/contract';
import { findSandbox, readManifests, type SandboxManifests } from '../local/manifests.ts';
import { scoped } from '../local/scope.ts';
import { makeTemporaryDirectory } from '../local/temporary-directory.ts';
import { runGoverned, type RunProvider } from './governed-run.ts';
import { runNaked } from './naked-run.ts';
import type { QuickstartReport } from './report.ts';
import { startScriptedModel } from './scripted-model.ts';
import { synthesizeApp } from './synthesize.ts';
import { CREDENTIAL, SECRET } from './task.ts';

/** What the quickstart is asked for. */
export interface QuickstartOptions {
  /** The cdk8s app. */
  readonly app: string;
  /** Where its manifests go. */
  readonly out: string;
  /** Keeps the working directory: documents, audit logs and the planted secret, but no credential. */
  readonly keep: boolean;
  /** The model of the user, for a third run; absent: there is none. */
  readonly ownProvider?: RunProvider;
  readonly progress: (text: string) => void;
}

/** Synthesizes the app, then runs the same task twice: without a sandbox, and in it. */
export function runQuickstart(options: QuickstartOptions): Promise<QuickstartReport> {
  const { app, out, keep, ownProvider, progress } = options;
  return scoped(async (defer) => {
    progress(`synthesizing ${app} into ${out}`);
    await synthesizeApp(app, out);
    const objects = await readManifests(out);
    const manifests = findSandbox(objects);
    const working = makeTemporaryDirectory('kars-quickstart-', { keep });
    defer(working.remove);
    if (keep) progress(`keeping ${working.path}`);
    const secretFile = join(working.path, 'secret.txt');
    await writeFile(secretFile, SECRET);
    progress(`synthesized ${objects.length} objects, running the task without a sandbox`);
    const naked = await runNaked(manifests, secretFile);
    progress('running the task in the sandbox');
    const proof = await runProof(manifests, {
      directory: join(working.path, 'governed'),
      secretFile,
    });
    const report = { objects: countKinds(objects), naked, ...proof };
    if (ownProvider === undefined) return report;
    progress('running the task in the sandbox with your own model');
    const directory = join(working.path, 'own-model');
    const ownModel = await runGoverned(manifests, {
      directory,
      secretFile,
      provider: ownProvider,
    }).then(
      ({ governed }) => governed,
      // For information only, so that nothing in it breaks the proof.
      (error: unknown) => ({ failed: error instanceof Error ? error.message : String(error) }),
    );
    return { ...report, ownModel };
  });
}

/** The run in the sandbox with the scripted model. */
function runProof(
  manifests: SandboxManifests,
  paths: { readonly directory: string; readonly secretFile: string },
): Promise<Pick<QuickstartReport, 'governed' | 'digests' | 'audit' | 'tokens'>> {
  return scoped(async (defer) => {
    const model = await startScriptedModel();
    defer(model.close);
    const endpoint = `http://${AGENT_HOST}:${model.port}/v1`;
    const provider = { endpoint, credential: CREDENTIAL };
    const run = await runGoverned(manifests, { ...paths, provider });
    const providerSawCredential = model.authorizations.includes(`Bearer ${CREDENTIAL}`);
    return { ...run, governed: { ...run.governed, providerSawCredential } };
  });
}

function countKinds(objects: readonly { readonly kind: string }[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of objects.toSorted((a, b) => (a.kind < b.kind ? -1 : 1))) {
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

import { AGENT_HOST } from 'kars-constructs/contract';
import type { SandboxManifests } from '../local/manifests.ts';
import { scoped } from '../local/scope.ts';
import { expandVariables } from '../local/variables.ts';
import { runAgentProcess } from './agent-process.ts';
import { startOpenInternet } from './open-internet.ts';
import type { Attempt, RunReport } from './report.ts';
import { startScriptedModel } from './scripted-model.ts';
import { startSites } from './sites.ts';
import { conclude, CREDENTIAL } from './task.ts';

/**
 * Runs the task without a sandbox: the same agent with the same settings, but the model's credential is
 * its own, and a proxy that leads everywhere stands in for the network.
 */
export function runNaked(manifests: SandboxManifests, secretFile: string): Promise<RunReport> {
  return scoped(async (defer) => {
    const attempts: Attempt[] = [];
    const seen = (what: string): void => {
      attempts.push({ what, outcome: 'allowed', code: '', rule: '', layer: 'none' });
    };
    const model = await startScriptedModel((name) => seen(`chat ${name}`));
    defer(model.close);
    const sites = await startSites(secretFile, seen);
    defer(sites.close);
    const internet = await startOpenInternet(sites.port);
    defer(internet.close);
    const proxy = `http://${AGENT_HOST}:${internet.port}`;
    const run = await runAgentProcess({
      ...expandVariables(manifests.agent.env),
      HTTP_PROXY: proxy,
      HTTPS_PROXY: proxy,
      http_proxy: proxy,
      https_proxy: proxy,
      OPENAI_BASE_URL: `http://${AGENT_HOST}:${model.port}/v1`,
      OPENAI_API_KEY: CREDENTIAL,
    });
    return { attempts, ...conclude(run, sites) };
  });
}

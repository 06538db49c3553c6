import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from 'vitest';
import { synthesize } from 'kars-constructs/testing';
import { userAttacks } from '../../attacks/catalogue/index.ts';
import { agentsChart, inferencePolicyIn, sandboxIn } from '../../support/sandbox.ts';
import { containerOf, podOfSandbox } from '../admission/pod.ts';
import { useFloor } from '../admission/use-floor.ts';
import { writeKubeconfig } from '../node/kubeconfig.ts';

describe('the requests of users on a cluster that is in use', () => {
  const floor = useFloor({ maxTokensPerRequest: 1000 });
  let kubeconfig = '';

  const attacks = (...more: readonly string[]) =>
    spawnSync(
      process.execPath,
      ['--conditions=kars:source', 'test/attacks/main.ts', '--kubeconfig', kubeconfig, ...more],
      { encoding: 'utf8' },
    );
  const outcomes = (stdout: string): Map<string, string> =>
    new Map(
      (
        JSON.parse(stdout) as { results: { id: string; outcome: string; detail: string }[] }
      ).results.map(({ id, outcome, detail }) => [id, outcome === 'error' ? detail : outcome]),
    );

  beforeAll(async () => {
    const { objects } = synthesize((app) => {
      const chart = agentsChart(app);
      const inferencePolicy = inferencePolicyIn(chart, { maxTokensPerRequest: 1000 });
      sandboxIn(chart, { inferencePolicy });
    });
    await floor.deploy([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } }]);
    await floor.namespace('reader');
    await floor.deploy(objects);
    const pod = podOfSandbox();
    containerOf(pod, 'router').args?.push('--token-ceiling=1000');
    await floor.deploy([pod]);
    const { url, certificate } = floor.cluster;
    kubeconfig = writeKubeconfig('own-cluster', {
      url,
      certificate,
      token: floor.tokenOf('tenant'),
    });
  });

  it('are all stopped, but for those to kinds that are not there', () => {
    const { status, stdout, stderr } = attacks('--sandbox', 'reader', '--json');
    const found = outcomes(stdout);
    expect(found.size).toBe(userAttacks.length);
    const others = [...found].filter(([, outcome]) => outcome !== 'stopped');
    expect(others).toEqual([
      ['cluster-pod-runtime-class', 'not tried'],
      ['cluster-node-profile-pod', 'not tried'],
      ['cluster-plugin-policy', 'not tried'],
      ['cluster-gateway-route', 'not tried'],
    ]);
    expect([status, stderr]).toEqual([0, expect.stringContaining('0 succeeded')]);
  });

  it('say what is missing', () => {
    const without = attacks();
    expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('--sandbox')]);
    const other = attacks('--sandbox', 'other');
    expect([other.status, other.stderr]).toEqual([2, expect.stringContaining('has no pod')]);
  });

  it('end with code 1 without the policies (negative control)', async () => {
    await floor.lift();
    const { status, stdout } = attacks('--sandbox', 'reader', '--json');
    expect(status).toBe(1);
    expect([...outcomes(stdout).values()].filter((outcome) => outcome === 'stopped')).toEqual([]);
  });
});

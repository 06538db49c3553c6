import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, it } from 'vitest';
import { IMAGE_LIST_VERSION } from '../../../lib/contract/image-list.ts';
import { agentAttacks, attacks, userAttacks } from '../../attacks/catalogue/index.ts';
import { soloAttacks } from '../../attacks/own-cluster/orders.ts';
import { platformWith } from '../../support/admission.ts';
import { liftPolicies, policiesInForce } from '../admission/policies.ts';
import { writeKubeconfig } from '../node/kubeconfig.ts';
import { AGENT_IMAGE, buildSidecarImages } from '../node/test-images.ts';
import { useNode } from '../node/use-node.ts';

interface Row {
  readonly id: string;
  readonly outcome: string;
  readonly detail: string;
  readonly ordinary?: string;
}

describe('the attempts of an agent on a cluster that is in use', () => {
  const node = useNode();
  let images = '';
  let kubeconfig = '';

  const run = async (...args: readonly string[]) => {
    const child = spawn(
      process.execPath,
      ['--conditions=kars:source', 'test/attacks/main.ts', '--kubeconfig', kubeconfig, ...args],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const [stdout, stderr, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit') as Promise<[number | null]>,
    ]);
    return { stdout, stderr, status };
  };

  const namespaces = async (): Promise<string[]> => {
    const { body } = await node.admin.call('GET', '/api/v1/namespaces');
    const { items } = body as { items: { metadata: { name: string } }[] };
    return items.map(({ metadata }) => metadata.name).filter((name) => name.includes('attacks-'));
  };

  beforeAll(async () => {
    const { url, certificate, tokens } = node.node.cluster;
    kubeconfig = writeKubeconfig('in-pods', { url, certificate, token: tokens.admin });
    images = join(dirname(kubeconfig), 'images.json');
    const built = await buildSidecarImages(() => undefined);
    const entries = built.map(({ name, digest }) => [name, { digest, archive: 'x', unpackedBytes: 1 }]); // prettier-ignore
    const list = { schemaVersion: IMAGE_LIST_VERSION, release: '1', architecture: 'amd64', images: Object.fromEntries(entries) as unknown }; // prettier-ignore
    writeFileSync(images, JSON.stringify(list));
  });

  it('are all stopped, and most of them succeed in an ordinary pod', async () => {
    const { stdout, stderr, status } = await run('--json', '--agent-image', AGENT_IMAGE, '--images', images); // prettier-ignore
    // What went wrong stands there when nothing was printed.
    expect([status, stderr]).toEqual([0, expect.stringContaining(' 0 succeeded, 0 unclear')]);
    const { results } = JSON.parse(stdout) as { results: Row[] };
    const wrong = results.filter(({ outcome }) => outcome !== 'stopped' && outcome !== 'not tried');
    expect(wrong).toEqual([]);
    expect(results.length).toBe(attacks.length - userAttacks.length);
    const tried = results.filter(({ outcome }) => outcome !== 'not tried');
    expect(tried.length).toBe(agentAttacks.length - 1 + soloAttacks.length);
    expect(soloAttacks.length).toBeGreaterThan(20);
    const bare = tried.filter(({ ordinary }) => ordinary === 'succeeded');
    expect(bare.length).toBeGreaterThan(40);
    for (const { detail } of results) expect(detail).not.toBe('');
    expect(await namespaces()).toEqual([]);
  }, 300_000);

  it('make nothing without what they need', async () => {
    const without = await run('--agent-image', AGENT_IMAGE);
    expect([without.status, without.stderr]).toEqual([2, expect.stringContaining('--images')]);
    const unnamed = await run('--agent-image', 'python:3.12', '--images', images);
    expect([unnamed.status, unnamed.stderr]).toEqual([2, expect.stringContaining('registry')]);
    const missing = await run('--agent-image', AGENT_IMAGE, '--images', '/missing.json');
    expect([missing.status, missing.stderr]).toEqual([2, expect.stringContaining('KARS_IMAGE_LIST')]); // prettier-ignore
    expect(await namespaces()).toEqual([]);
  });

  it('leave nothing where the platform refuses the sandbox, and say why', async () => {
    const { objects } = platformWith({});
    await node.apply(objects.filter(({ kind }) => kind.startsWith('ValidatingAdmission')));
    await policiesInForce(node.admin);
    const { status, stderr } = await run('--agent-image', AGENT_IMAGE, '--images', images);
    await liftPolicies(node.admin);
    expect([status, stderr]).toEqual([3, expect.stringContaining('one of the deployers')]);
    expect(stderr).toContain('KARS_');
    expect(await namespaces()).toEqual([]);
  }, 120_000);
});

import { beforeAll, describe, expect, it } from 'vitest';
import type { ApplicableObject } from '../client.ts';
import { firstJsonLine, isReady } from '../node/pods.ts';
import { useNode } from '../node/use-node.ts';
import { lookupSandbox, serverPod, withoutDns, withoutGuard } from './dns.ts';

const SYNTHETIC = expect.stringMatching(/^198\.1[89]\.\d+\.\d+$/) as string;

/** What the attempts of `dns.py` came to, by name. */
type Report = Readonly<Record<string, unknown>>;

describe('DNS of a sandbox', () => {
  const node = useNode();
  let neighbour = '';

  beforeAll(async () => {
    await node.apply([
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'agents' } },
      serverPod(),
    ]);
    neighbour = (await node.pod('default', isReady)).status?.podIP ?? '';
  });

  const reportOf = async (name: string, objects: readonly ApplicableObject[]): Promise<Report> => {
    await node.apply(objects);
    const pod = await node.pod(`kars-${name}`, isReady);
    return firstJsonLine(node.admin, pod, 'agent');
  };

  it('finds one address for an allowed name, and nothing for others, whoever is asked', async () => {
    const report = await reportOf('names', lookupSandbox(node, 'names', neighbour, 'with-library'));
    expect(report).toEqual({
      udp: { A: SYNTHETIC, TXT: 'rcode 0', AAAA: 'rcode 0' },
      tcp: { A: SYNTHETIC, TXT: 'rcode 0', AAAA: 'rcode 0' },
      'denied by udp': 'rcode 3',
      'denied by tcp': 'rcode 3',
      library: [SYNTHETIC],
      getent: [SYNTHETIC],
      'library, denied': 'Name or service not known',
      'getent, denied': [],
    });
    expect(new Set([report['library'], report['getent']].flat()).size).toBe(1);
    const pod = await node.pod('kars-names', isReady);
    const log = await node.logs(pod, 'egress-proxy');
    expect(log).toMatch(/"surface":"dns","target":"c2vjcmv0\.evil\.example"/);
  });

  it('reaches the neighbour without the guard (negative control)', async () => {
    const objects = withoutGuard(lookupSandbox(node, 'open', neighbour));
    expect(await reportOf('open', objects)).toMatchObject({
      'denied by udp': 'the neighbour answered',
      'denied by tcp': 'the neighbour answered',
    });
  });

  it('is answered by nobody without the DNS of the proxy (negative control)', async () => {
    const objects = withoutDns(lookupSandbox(node, 'mute', neighbour));
    expect(await reportOf('mute', objects)).toMatchObject({
      udp: { A: 'Connection refused' },
      tcp: { A: 'Connection refused' },
    });
  });
});

import { describe, expect, it } from 'vitest';
import { guardDocument } from '../../../../lib/contract/guard-document.ts';
import { processes, type ProcessRow } from '../../../../lib/contract/process.ts';
import { guardDocumentFor } from '../../../../lib/sandbox/guard/guard-document.ts';
import { renderIptables } from '../../../../lib/sandbox/guard/iptables.ts';
import { renderNft } from '../../../../lib/sandbox/guard/nft.ts';
import type { PacketRules } from '../../../../lib/sandbox/guard/packet-rule.ts';
import { packetRules, sandboxPacketRules } from '../../../../lib/sandbox/guard/packet-rules.ts';

const meshSidecars: readonly ProcessRow[] = [
  ...Object.values(processes),
  { uid: 1003, agentPort: 8446, statusPort: 9082 },
  { uid: 1004, agentPort: 8447, statusPort: 9083, reaches: [8446] },
];

const cases: readonly (readonly [string, PacketRules])[] = [
  ['sandbox', sandboxPacketRules([])],
  ['inbound', sandboxPacketRules([3000, 8080])],
  [
    'mesh',
    packetRules({ sidecars: meshSidecars, proxy: processes['egress-proxy'], inboundPorts: [] }),
  ],
];

describe.each(cases)('the packet rules of %s', (name, rules) => {
  it.each([
    ['nft', renderNft(rules)],
    ...(['ipv4', 'ipv6'] as const).map((family): [string, string] => {
      const { filter, mangle, nat } = renderIptables(rules, family);
      return [family, filter + mangle + nat];
    }),
  ])('as %s are those of the golden file', async (rendering, text) => {
    await expect(text).toMatchFileSnapshot(`golden/${name}.${rendering}`);
  });

  it('let only known users and answers leave', () => {
    const kept = rules.leaving
      .filter(({ verdict }) => verdict === 'accept')
      .map(({ owner, loopback, connection, neighbourDiscovery }) =>
        [owner, loopback && 'loopback', connection, neighbourDiscovery && 'discovery'].find(
          (part) => part !== undefined,
        ),
      );
    const users = name === 'mesh' ? [1001, 1002, 1003] : [1001, 1002];
    expect(kept).toEqual(['loopback', ...users, 'reply', 'established', 'discovery']);
  });
});

describe('an inbound port', () => {
  it.each([8443, 9080, 8444, 9081, 5353])('cannot be %i, which is a sidecar’s', (port) => {
    expect(() => sandboxPacketRules([3000, port])).toThrow(`got inbound port ${port}`);
  });
});

describe('the guard document', () => {
  it('is one that its schema takes, and the same each time', () => {
    expect(guardDocument.parse(guardDocumentFor([3000]))).toEqual(guardDocumentFor([3000]));
  });

  it('tries both families and both transports', () => {
    const tried = guardDocumentFor([]).probes.map(
      ({ protocol, address }) => `${protocol} ${address.includes(':') ? 'ipv6' : 'ipv4'}`,
    );
    expect(new Set(tried)).toEqual(new Set(['tcp ipv4', 'tcp ipv6', 'udp ipv4', 'udp ipv6']));
  });
});

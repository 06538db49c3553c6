import type { PacketRule, PacketRules } from './packet-rules.ts';

/** Name of the table; nothing else may be in the network namespace of the pod. */
const TABLE = 'inet kars';

/**
 * The rules as one `inet` table, which the kernel takes whole or not at all, for both IP families. The
 * text is the one that `nft -s list ruleset` of nft 1.0.6 prints, so that the rules in force can be
 * compared with it.
 *
 * @see https://www.netfilter.org/projects/nftables/manpage.html
 */
export function renderNft({ translation, inbound, outbound }: PacketRules): string {
  return [
    `table ${TABLE} {`,
    chain('translate_output', 'type nat hook output priority -100; policy accept;', translation),
    '',
    chain('filter_input', 'type filter hook input priority filter; policy drop;', inbound),
    '',
    chain('filter_output', 'type filter hook output priority filter; policy drop;', outbound),
    '}',
    '',
  ].join('\n');
}

const chain = (name: string, hook: string, rules: readonly PacketRule[]): string =>
  [
    `\tchain ${name} {`,
    `\t\t${hook}`,
    ...rules.flatMap((rule) => render(rule, name === 'filter_input')).map((rule) => `\t\t${rule}`),
    '\t}',
  ].join('\n');

function render(rule: PacketRule, isInput: boolean): string[] {
  const heads = rule.toLoopbackAddress ? ['ip daddr 127.0.0.1', 'ip6 daddr ::1'] : [''];
  return heads.map((head) =>
    [head, ...matches(rule, isInput), action(rule)].filter((part) => part !== '').join(' '),
  );
}

function matches(rule: PacketRule, isInput: boolean): string[] {
  const { owner, loopback, reply, protocol, sourcePort, destinationPort } = rule;
  return [
    loopback ? `${isInput ? 'iifname' : 'oifname'} "lo"` : '',
    reply ? 'ct direction reply' : '',
    rule.neighbourDiscovery ? 'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }' : '',
    protocol !== undefined && sourcePort !== undefined ? `${protocol} sport ${sourcePort}` : '',
    protocol !== undefined && destinationPort !== undefined
      ? `${protocol} dport ${destinationPort}`
      : '',
    protocol !== undefined && sourcePort === undefined && destinationPort === undefined
      ? `meta l4proto ${protocol}`
      : '',
    owner === undefined
      ? ''
      : 'is' in owner
        ? `meta skuid ${owner.is}`
        : `meta skuid != ${owner.isNot}`,
  ];
}

function action(rule: PacketRule): string {
  switch (rule.verdict) {
    case 'redirect':
      return `redirect to :${rule.port}`;
    case 'reset':
      return 'reject with tcp reset';
    case 'reject':
      return 'reject with icmpx admin-prohibited';
    case 'accept':
    case 'drop':
    case 'return':
      return rule.verdict;
  }
}

import { ANY_USER, type PacketRule, type PacketRules } from './packet-rule.ts';

/** Name of the table; nothing else may be in the network namespace of the pod. */
const TABLE = 'inet kars';

/**
 * The rules as one `inet` table, which the kernel takes whole or not at all, for both IP families. The
 * text is the one that `nft -s list ruleset` of nft 1.0.6 prints, so that the rules in force can be
 * compared with it.
 *
 * @see https://www.netfilter.org/projects/nftables/manpage.html
 */
export function renderNft(rules: PacketRules): string {
  const filter = (hook: string): string => `type filter hook ${hook} priority filter; policy drop;`;
  return [
    `table ${TABLE} {`,
    [
      chain('senders', rules.senders),
      // The name "dstnat" for this priority is refused for output.
      chain('translation', rules.translation, 'type nat hook output priority -100; policy accept;'),
      chain('inbound', rules.inbound, filter('input')),
      chain('forwarded', [], filter('forward')),
      chain('outbound', rules.outbound, filter('output'), 'jump senders'),
      chain('leaving', rules.leaving, filter('postrouting')),
    ].join('\n\n'),
    '}',
    '',
  ].join('\n');
}

const chain = (name: string, rules: readonly PacketRule[], ...first: readonly string[]): string =>
  [
    `\tchain ${name} {`,
    ...[...first, ...rules.flatMap((rule) => render(rule, name))].map((line) => `\t\t${line}`),
    '\t}',
  ].join('\n');

function render(rule: PacketRule, chainName: string): string[] {
  const heads = rule.toLoopbackAddress ? ['ip daddr 127.0.0.0/8', 'ip6 daddr ::1'] : [''];
  return heads.map((head) =>
    [head, ...matches(rule, chainName), action(rule)].filter((part) => part !== '').join(' '),
  );
}

function matches(rule: PacketRule, chainName: string): string[] {
  const { owner, loopback, protocol, sourcePort, destinationPort, segment } = rule;
  const namesProtocol = (sourcePort ?? destinationPort ?? segment) !== undefined;
  return [
    loopback ? `${chainName === 'inbound' ? 'iifname' : 'oifname'} "lo"` : '',
    {
      reply: 'ct direction reply',
      established: 'ct state established',
      redirected: 'ct direction original ct status dnat',
      none: '',
    }[rule.connection ?? 'none'],
    rule.neighbourDiscovery ? 'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }' : '',
    protocol !== undefined && !namesProtocol ? `meta l4proto ${protocol}` : '',
    sourcePort === undefined ? '' : `${protocol ?? ''} sport ${sourcePort}`,
    destinationPort === undefined ? '' : `${protocol ?? ''} dport ${destinationPort}`,
    {
      syn: 'tcp flags & syn == syn',
      opening: 'tcp flags syn / fin,syn,rst,ack',
      none: '',
    }[segment ?? 'none'],
    owner === undefined ? '' : `meta skuid ${owner === 'any' ? ANY_USER : owner}`,
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

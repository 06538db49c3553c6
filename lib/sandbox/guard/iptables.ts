import { ANY_USER, type PacketRule, type PacketRules } from './packet-rule.ts';

/** IP family of one rule set of iptables. */
export type Family = 'ipv4' | 'ipv6';

/** The tables of one family; each is loaded whole or not at all. */
export interface IptablesTables {
  readonly filter: string;
  readonly mangle: string;
  readonly nat: string;
}

type Chain = 'INPUT' | 'OUTPUT' | 'POSTROUTING' | typeof SENDERS;

const SENDERS = 'senders';

/**
 * The rules of one family for `iptables-legacy-restore` or `ip6tables-legacy-restore`, for kernels
 * without nf_tables. The text of a table is the one that the matching `-save -t TABLE` prints, comments
 * and counters aside, so that the rules in force can be compared with it.
 *
 * @see https://man7.org/linux/man-pages/man8/iptables-extensions.8.html
 */
export function renderIptables(rules: PacketRules, family: Family): IptablesTables {
  const appended = (chain: Chain, list: readonly PacketRule[]): string[] =>
    list.flatMap((rule) =>
      render(rule, chain, family).map((text) => `-A ${chain} ${text}`.replaceAll(/ +/g, ' ')),
    );
  const accepting = (...chains: readonly string[]): string[] =>
    chains.map((chain) => `:${chain} ACCEPT`);
  return {
    filter: table(
      'filter',
      [':INPUT DROP', ':FORWARD DROP', ':OUTPUT DROP', `:${SENDERS} -`],
      [
        ...appended('INPUT', rules.inbound),
        `-A OUTPUT -j ${SENDERS}`,
        ...appended('OUTPUT', rules.outbound),
        ...appended(SENDERS, rules.senders),
      ],
    ),
    // Of the tables that may drop, the only one that is asked once the interface is final.
    mangle: table(
      'mangle',
      [...accepting('PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT'), ':POSTROUTING DROP'],
      appended('POSTROUTING', rules.leaving),
    ),
    nat: table(
      'nat',
      accepting('PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'),
      appended('OUTPUT', rules.translation),
    ),
  };
}

const table = (name: string, policies: readonly string[], rules: readonly string[]): string =>
  [`*${name}`, ...policies, ...rules, 'COMMIT', ''].join('\n');

function render(rule: PacketRule, chain: Chain, family: Family): string[] {
  if (rule.neighbourDiscovery) {
    return family === 'ipv4'
      ? []
      : [135, 136].map(
          (type) => `-p ipv6-icmp -m icmp6 --icmpv6-type ${type} ${target(rule, family)}`,
        );
  }
  return [[...matches(rule, chain, family), target(rule, family)].filter(isPresent).join(' ')];
}

function matches(rule: PacketRule, chain: Chain, family: Family): string[] {
  const { owner, loopback, protocol, sourcePort, destinationPort, segment } = rule;
  const namesProtocol = (sourcePort ?? destinationPort ?? segment) !== undefined;
  return [
    rule.toLoopbackAddress ? `-d ${family === 'ipv4' ? '127.0.0.0/8' : '::1/128'}` : '',
    loopback ? `${chain === 'INPUT' ? '-i' : '-o'} lo` : '',
    protocol === undefined ? '' : `-p ${protocol}`,
    {
      reply: '-m conntrack --ctdir REPLY',
      established: '-m conntrack --ctstate ESTABLISHED',
      redirected: '-m conntrack --ctstate DNAT --ctdir ORIGINAL',
      none: '',
    }[rule.connection ?? 'none'],
    namesProtocol ? `-m ${protocol ?? ''}` : '',
    sourcePort === undefined ? '' : `--sport ${sourcePort}`,
    destinationPort === undefined ? '' : `--dport ${destinationPort}`,
    {
      syn: '--tcp-flags SYN SYN',
      opening: '--tcp-flags FIN,SYN,RST,ACK SYN',
      none: '',
    }[segment ?? 'none'],
    // Not --socket-exists, which also holds for the control sockets that the kernel answers with.
    owner === undefined ? '' : `-m owner --uid-owner ${owner === 'any' ? ANY_USER : owner}`,
  ];
}

const isPresent = (text: string): boolean => text !== '';

function target(rule: PacketRule, family: Family): string {
  switch (rule.verdict) {
    case 'redirect':
      return `-j REDIRECT --to-ports ${rule.port}`;
    case 'reset':
      return '-j REJECT --reject-with tcp-reset';
    case 'reject':
      return `-j REJECT --reject-with ${family === 'ipv4' ? 'icmp-admin-prohibited' : 'icmp6-adm-prohibited'}`;
    case 'accept':
    case 'drop':
    case 'return':
      return `-j ${rule.verdict.toUpperCase()}`;
  }
}

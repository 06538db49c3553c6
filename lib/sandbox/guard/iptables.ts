import type { PacketRule, PacketRules } from './packet-rules.ts';

/** IP family of one rule set of iptables. */
export type Family = 'ipv4' | 'ipv6';

/** The tables of one family; each is loaded whole or not at all. */
export interface IptablesTables {
  readonly filter: string;
  readonly nat: string;
}

/**
 * The rules of one family for `iptables-legacy-restore` or `ip6tables-legacy-restore`, for kernels
 * without nf_tables. The text of a table is the one that the matching `-save -t TABLE` prints, comments
 * and counters aside, so that the rules in force can be compared with it.
 *
 * @see https://man7.org/linux/man-pages/man8/iptables-extensions.8.html
 */
export function renderIptables(rules: PacketRules, family: Family): IptablesTables {
  const { translation, inbound, outbound } = rules;
  return {
    filter: table(
      'filter',
      [':INPUT DROP', ':FORWARD DROP', ':OUTPUT DROP'],
      [...appended('INPUT', inbound, family), ...appended('OUTPUT', outbound, family)],
    ),
    nat: table(
      'nat',
      ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'].map((chain) => `:${chain} ACCEPT`),
      appended('OUTPUT', translation, family),
    ),
  };
}

const table = (name: string, policies: readonly string[], rules: readonly string[]): string =>
  [`*${name}`, ...policies, ...rules, 'COMMIT', ''].join('\n');

const appended = (
  chain: 'INPUT' | 'OUTPUT',
  rules: readonly PacketRule[],
  family: Family,
): string[] =>
  rules.flatMap((rule) =>
    render(rule, chain, family).map((text) => `-A ${chain} ${text}`.replaceAll(/ +/g, ' ')),
  );

function render(rule: PacketRule, chain: 'INPUT' | 'OUTPUT', family: Family): string[] {
  if (rule.neighbourDiscovery) {
    return family === 'ipv4'
      ? []
      : [135, 136].map(
          (type) => `-p ipv6-icmp -m icmp6 --icmpv6-type ${type} ${target(rule, family)}`,
        );
  }
  return [[...matches(rule, chain, family), target(rule, family)].filter(isPresent).join(' ')];
}

function matches(rule: PacketRule, chain: string, family: Family): string[] {
  const { owner, loopback, reply, protocol, sourcePort, destinationPort } = rule;
  return [
    rule.toLoopbackAddress ? `-d ${family === 'ipv4' ? '127.0.0.1/32' : '::1/128'}` : '',
    loopback ? `${chain === 'INPUT' ? '-i' : '-o'} lo` : '',
    protocol === undefined ? '' : `-p ${protocol}`,
    reply ? '-m conntrack --ctdir REPLY' : '',
    sourcePort === undefined && destinationPort === undefined ? '' : `-m ${protocol ?? ''}`,
    sourcePort === undefined ? '' : `--sport ${sourcePort}`,
    destinationPort === undefined ? '' : `--dport ${destinationPort}`,
    // Without --socket-exists the negation also holds for packets of no socket, resets among them.
    owner === undefined
      ? ''
      : 'is' in owner
        ? `-m owner --uid-owner ${owner.is}`
        : `-m owner --socket-exists ! --uid-owner ${owner.isNot}`,
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

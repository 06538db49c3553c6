import { casesOf, each, long } from './rule-case.ts';

const host = { host: 'a.example.com' };
const approval = (changes: object): object => ({
  sandbox: 'reader',
  hosts: [host],
  reason: 'a report',
  ttl: 'PT4H',
  ...changes,
});
const hosts = (count: number): object =>
  approval({ hosts: Array.from({ length: count }, () => host) });
const named = (name: string): object => approval({ hosts: [host, { host: name }] });
const port = (value: number | null): object => approval({ hosts: [{ ...host, port: value }] });
const sandbox = (name: string): object => approval({ sandbox: name });
const reason = (text: string): object => approval({ reason: text });
const ticket = (text: string | null): object => approval({ ticket: text });
const ttl = (text: string): object => approval({ ttl: text });
const until = (text: string): object => approval({ ttl: undefined, expiresAt: text });
const since = (text: string): object => approval({ approvedAt: text });

const NO_INSTANTS = [
  '',
  'now',
  '2026-01-31',
  '2026-01-31T09:00Z',
  '2026-01-31T09:00:00',
  '2026-01-31T09:00:00+01:00',
  '2026-01-31t09:00:00z',
  '2026-13-01T09:00:00Z',
  '2026-01-32T09:00:00Z',
  '2026-01-31T24:00:00Z',
  '2026-01-31T09:00:60Z',
  '2026-01-31T09:00:00.1234Z',
  '2026-01-31T09:00:00Z\n',
];

/** Cases for the rules of an EgressApproval. */
export const egressApprovalCases = casesOf(
  'EgressApproval',
  {
    'a name of 253': sandbox(long(253)),
    '16 hosts': hosts(16),
    'a host of 253': named(long(253)),
    ...each([1, 65_535, null], 'port', port),
    'a reason of 512': reason(long(512)),
    'a reason of 512 code points outside the basic plane': reason('😀'.repeat(512)),
    'a reason with tab and line ends': reason('a\tb\r\nc'),
    ...each([long(1), long(128), null], 'ticket', ticket),
    ...each(['PT15M', 'P1D', 'P1W', 'P1Y2M3W4DT5H6M7S', 'PT007S', 'P1DT'], 'ttl', ttl),
    ...each(['2026-01-31T09:00:00Z', '2028-02-29T23:59:59.999Z'], 'expiresAt', until),
    ...each(['2026-01-31T09:00:00Z', '2026-12-01T00:00:00.5Z'], 'approvedAt', since),
  },
  {
    'spec.sandbox must be 1-253 characters': {
      'an empty name': sandbox(''),
      'a name of 254': sandbox(long(254)),
    },
    'spec.hosts must contain between 1 and 16 entries (small, scoped grants only)': {
      'no host': hosts(0),
      '17 hosts': hosts(17),
    },
    'each spec.hosts[*].host must be 1-253 characters': {
      'an empty host': named(''),
      'a host of 254': named(long(254)),
    },
    'each spec.hosts[*].port, when set, must be 1-65535': { 'port 0': port(0) },
    'spec.reason must be 1-512 characters': {
      'an empty reason': reason(''),
      'a reason of 513': reason(long(513)),
      'a reason of 513 code points': reason('😀'.repeat(513)),
    },
    'spec.reason must not contain ASCII control bytes (audit-log injection guard)': each(
      ['\x00', '\x08', '\x0B', '\x0C', '\x0E', '\x1B', '\x1F', '\x7F'],
      'a reason with',
      (byte) => reason(`a${byte}b`),
    ),
    'spec.ticket, when set, must be 1-128 characters': {
      'an empty ticket': ticket(''),
      'a ticket of 129': ticket(long(129)),
    },
    'spec.ttl must be a positive ISO 8601 duration (e.g. PT15M, PT4H, P1D)': each(
      ['15m', 'pt15m', 'P1H', 'PT1D', 'P1.5D', '-P1D', ' P1D', 'P1D ', 'P1D\n', 'P1M1Y', 'P1٣D'],
      'ttl',
      ttl,
    ),
    'spec.ttl must be > 0 (e.g. PT15M, not PT0S)': each(['P', 'PT', 'PT0S', 'P0DT00H'], 'ttl', ttl),
    'spec must set exactly one of `ttl` or `expiresAt`': {
      neither: approval({ ttl: undefined }),
      both: approval({ expiresAt: '2026-01-31T09:00:00Z' }),
    },
    'spec.approvedAt must be an instant of RFC 3339 in UTC (e.g. 2026-01-31T09:00:00Z)': each(
      NO_INSTANTS,
      'approvedAt',
      since,
    ),
    'spec.expiresAt must be an instant of RFC 3339 in UTC (e.g. 2026-01-31T09:00:00Z)': each(
      NO_INSTANTS,
      'expiresAt',
      until,
    ),
  },
);

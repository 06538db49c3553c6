import { describe, expect, it } from 'vitest';
import { annotations } from 'kars-constructs/contract';
import { exportEntries, learnedEntries } from '../../../../runtime/cli/egress/export-entries.ts';
import { targetsIn } from '../../../../runtime/cli/egress/attempted-targets.ts';
import { listApprovals } from '../../../../runtime/cli/egress/listed-approvals.ts';
import { newApproval } from '../../../../runtime/cli/egress/new-approval.ts';
import { suggestedChange } from '../../../../runtime/egress-policy/suggested-change.ts';

const serverTime = new Date('2026-01-31T09:00:00Z');

const said = {
  [annotations.ownerNamespace]: 'agents',
  [annotations.approvalCeiling]: '86400',
  [annotations.approvalPorts]: '443,8000-8100',
};

const request = {
  sandbox: 'reader',
  hosts: ['api.example.com'],
  reason: 'incident 7',
  ttl: 'PT4H',
  ticket: undefined,
  name: 'once',
};

const approve = (change: Partial<typeof request> = {}, annotated = said) =>
  newApproval({ ...request, ...change }, { serverTime, annotations: annotated });

describe('an approval on the command line', () => {
  it('lasts from the time of the API server on', () => {
    expect(approve()).toMatchObject({
      file: 'once.json',
      payload: { approvedAt: '2026-01-31T09:00:00Z', expiresAt: '2026-01-31T13:00:00Z' },
      resource: { metadata: { name: 'once', namespace: 'agents' }, spec: { ttl: 'PT4H' } },
    });
  });

  it('takes ports, each in what the network policies open', () => {
    const { payload } = approve({ hosts: ['a.example', 'B.example.:8050'] });
    expect(payload.hosts).toEqual([
      { host: 'a.example', port: 443 },
      { host: 'b.example', port: 8050 },
    ]);
  });

  it('has a name of its own where none is said', () => {
    const { file } = newApproval(
      { ...request, name: undefined },
      { serverTime, annotations: said },
    );
    expect(file).toMatch(/^api-example-com-[a-z0-9]+\.json$/);
  });

  it.each([
    ['a port that is closed', { hosts: ['a.example:22'] }, 'got port 22 of a.example'],
    ['port 0', { hosts: ['a.example:0'] }, 'KARS_MANIFEST_INVALID'],
    ['an address', { hosts: ['192.0.2.1'] }, 'supply HOST'],
    ['a URL', { hosts: ['https://a.example/'] }, 'supply HOST'],
    ['a wildcard', { hosts: ['*.example.com'] }, 'supply HOST'],
    ['loopback', { hosts: ['localhost'] }, 'the machine itself'],
    ['no reason', { reason: '' }, 'spec.reason must be 1-512'],
    ['a duration without a length', { ttl: 'P1M' }, 'months and years have no length'],
    ['words for a duration', { ttl: '4 hours' }, 'spec.ttl must be a positive ISO 8601 duration'],
    ['more than the ceiling', { ttl: 'PT24H1S' }, 'got 86401 seconds, the sandbox allows 86400'],
    ['a name that is none', { name: 'Once!' }, 'supply a DNS label'],
  ])('is refused with %s', (_what, change, expected) => {
    expect(() => approve(change)).toThrow(expected);
  });

  it('is refused where the sandbox takes none', () => {
    const none = { ...said, [annotations.approvalCeiling]: '0' };
    expect(() => approve({}, none)).toThrow('takes no approvals');
  });
});

describe('the approvals of a sandbox', () => {
  const { file, body } = approve();
  const at = (time: string, data: Readonly<Record<string, string>> = { [file]: body }) =>
    listApprovals({ data, annotations: said, serverTime: new Date(time) });

  it('have a state by the time of the API server', () => {
    expect(at('2026-01-31T08:59:59Z')).toMatchObject([{ name: 'once', state: 'not yet' }]);
    expect(at('2026-01-31T09:00:00Z')).toMatchObject([{ name: 'once', state: 'in force' }]);
    expect(at('2026-01-31T13:00:00Z')).toMatchObject([{ name: 'once', state: 'ended' }]);
  });

  it('say why one cannot be read, and leave the word on the time out', () => {
    const data = { 'torn.json': body.slice(0, 9), clock: 'anything' };
    expect(at('2026-01-31T09:00:00Z', data)).toMatchObject([
      { name: 'torn', state: 'malformed', why: expect.stringContaining('not JSON') as string },
    ]);
  });

  it('are exported while they are in force, each host and port once', () => {
    const other = approve({ name: 'other', hosts: ['api.example.com', 'db.example.com:8001'] });
    const data = { [file]: body, [other.file]: other.body };
    expect(exportEntries(at('2026-01-31T09:00:00Z', data))).toBe(
      "egress: [\n  Egress.https('api.example.com'),\n  Egress.tcp('db.example.com', 8001),\n]",
    );
    expect(exportEntries(at('2026-01-31T13:00:00Z', data))).toBe('egress: [\n]');
  });
});

describe('what was learned', () => {
  const line = (event: string, host: string, port: number, count: number): string =>
    JSON.stringify({
      ...{ time: '2026-01-31T09:00:00.000Z', level: 'info', process: 'egress-proxy', event },
      ...{ host, port, surface: 'connect', code: '', count, ...suggestedChange(host, port) },
    });
  const log = [
    line('egress-learned', 'a.example.com', 443, 1),
    line('egress-blocked', 'evil.example.com', 443, 1),
    line('egress-learned', 'b.example.com', 22, 1),
    line('egress-learned', 'b.example.com', 22, 8),
  ].join('\n');

  it('is read apart from what was denied, and printed by its number', () => {
    const learned = targetsIn(log, 'egress-learned');
    expect(new Map(learned.map(({ host, count }) => [host, count]))).toEqual(
      new Map([
        ['a.example.com', 1],
        ['b.example.com', 9],
      ]),
    );
    expect(learnedEntries(learned)).toBe(
      "egress: [\n  Egress.tcp('b.example.com', 22),\n  Egress.https('a.example.com'),\n]",
    );
  });

  it('is nothing where the log has none', () => {
    expect(learnedEntries(targetsIn('', 'egress-learned'))).toContain('nothing was learned');
  });
});

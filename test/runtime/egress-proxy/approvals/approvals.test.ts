import type { MayApprove } from '../../../../runtime/egress-proxy/signed-allowlist/approvable.ts';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  CLOCK_FILE,
  encodeApproval,
  encodeClockAcceptance,
  type EgressApprovalPayload,
} from 'kars-constructs/contract';
import { decideLookup } from '../../../../runtime/egress-policy/decide-lookup.ts';
import { decideEgress } from '../../../../runtime/egress-policy/decide.ts';
import { ApprovalClock } from '../../../../runtime/egress-proxy/approvals/approval-clock.ts';
import { Approvals } from '../../../../runtime/egress-proxy/approvals/approvals.ts';
import { createLog } from '../../../../runtime/service/log.ts';
import { temporaryDirectory } from '../../../support/documents.ts';

const START = Date.parse('2026-01-31T09:00:00Z');
const HOUR = 3_600_000;

const payload: EgressApprovalPayload = {
  sandbox: 'reader',
  hosts: [{ host: 'api.example.com', port: 443 }],
  reason: 'incident 7',
  ticket: 'OPS-7',
  approvedAt: '2026-01-31T09:00:00Z',
  expiresAt: '2026-01-31T13:00:00Z',
};

const sourceOf = (name: string) => ({ kind: 'EgressApproval', namespace: 'agents', name });

const base = {
  source: { kind: 'KarsSandbox', namespace: 'agents', name: 'reader' },
  allowlist: { entries: [{ host: 'own.example.com', port: 443 }] },
};

/** A sandbox that takes approvals for up to a day, at an instant that the test sets. */
async function sandbox(
  files: Readonly<Record<string, string>>,
  ceiling = 86_400,
  mayApprove: MayApprove = () => true,
) {
  const root = temporaryDirectory();
  const [directory, state] = [join(root, 'approvals'), join(root, 'state')];
  mkdirSync(directory);
  mkdirSync(state);
  const put = (name: string, body: string): void => {
    writeFileSync(join(directory, name), body);
  };
  for (const [name, body] of Object.entries(files)) put(name, body);
  const at = { wall: START, monotonic: 0 };
  const logged: string[] = [];
  const log = createLog('egress-proxy', (line) => logged.push(line));
  const clock = new ApprovalClock({ wall: () => at.wall, monotonic: () => at.monotonic });
  await clock.read(state, log);
  const bounds = { sandbox: 'reader', ceiling, mayApprove };
  const approvals = await Approvals.open({
    directory,
    clock,
    log,
    lookMilliseconds: 60_000,
    ...bounds,
  });
  onTestFinished(() => approvals.close());
  const decide = (host: string, port = 443): string => {
    const decision = decideEgress({ host, port }, { ...base, approved: approvals.hosts() });
    return decision.allow ? decision.rule : decision.code;
  };
  const lookup = (host: string): string => {
    const decision = decideLookup(host, { ...base, approved: approvals.hosts() });
    return decision.allow ? decision.rule : decision.code;
  };
  const pass = (milliseconds: number): void => {
    at.wall += milliseconds;
    at.monotonic += milliseconds;
    approvals.look();
  };
  const remove = (name: string): void => {
    rmSync(join(directory, name));
  };
  return { approvals, decide, lookup, pass, put, remove, at, logged };
}

const approved = (changes: Partial<EgressApprovalPayload> = {}): string =>
  encodeApproval(sourceOf('once'), { ...payload, ...changes }).body;

describe('approvals of a sandbox', () => {
  it('open nothing where there is none', async () => {
    const { decide, lookup } = await sandbox({});
    expect(decide('api.example.com')).toBe('KARS_EGRESS_NOT_ALLOWED');
    expect(lookup('api.example.com')).toBe('KARS_EGRESS_NOT_ALLOWED');
  });

  it('open their hosts and ports, and say which of them did', async () => {
    const { decide, lookup, logged } = await sandbox({ 'once.json': approved() });
    const rule = 'EgressApproval agents/once';
    expect(decide('api.example.com')).toBe(`${rule} { host: "api.example.com", port: 443 }`);
    expect(lookup('api.example.com')).toBe(rule);
    expect(decide('api.example.com', 80)).toBe('KARS_EGRESS_NOT_ALLOWED');
    expect(decide('www.api.example.com')).toBe('KARS_EGRESS_NOT_ALLOWED');
    expect(decide('own.example.com')).toContain('KarsSandbox agents/reader');
    expect(logged.join()).toContain('"event":"approval-in-force","approval":"agents/once"');
  });

  it('begin and end at their instants, with nobody else alive', async () => {
    const { decide, pass, approvals, logged } = await sandbox({
      'once.json': approved({ approvedAt: '2026-01-31T10:00:00Z' }),
    });
    let changes = 0;
    approvals.onChange(() => (changes += 1));
    expect(decide('api.example.com')).toBe('KARS_EGRESS_NOT_ALLOWED');
    pass(HOUR);
    expect(decide('api.example.com')).toContain('EgressApproval');
    pass(3 * HOUR - 1);
    expect(decide('api.example.com')).toContain('EgressApproval');
    expect(changes).toBe(1);
    pass(1);
    expect(decide('api.example.com')).toBe('KARS_EGRESS_NOT_ALLOWED');
    expect(changes).toBe(2);
    expect(logged.join()).toContain('approval-ended');
  });

  it('open nothing that a signed list does not let anybody approve', async () => {
    const mayApprove = (host: string): boolean => host === 'other.example.com';
    const { decide, logged } = await sandbox({ 'once.json': approved() }, 86_400, mayApprove);
    expect(decide('api.example.com')).toBe('KARS_EGRESS_NOT_ALLOWED');
    expect(logged.join()).toContain('KARS_APPROVAL_REFUSED');
  });

  it('end when their file goes', async () => {
    const { decide, approvals, remove } = await sandbox({ 'once.json': approved() });
    remove('once.json');
    await approvals.reload();
    expect(decide('api.example.com')).toBe('KARS_EGRESS_NOT_ALLOWED');
  });

  it.each([
    [
      'for longer than the ceiling',
      approved({ expiresAt: '2026-02-01T09:00:01Z' }),
      'allows 86400',
    ],
    ['for another sandbox', approved({ sandbox: 'writer' }), 'KARS_APPROVAL_REFUSED'],
    ['without an end', approved().replace(/"expiresAt":"[^"]*",/, ''), 'KARS_DOCUMENT_MALFORMED'],
    ['that ends before it begins', approved({ expiresAt: '2026-01-31T08:00:00Z' }), 'after approvedAt'], // prettier-ignore
    ['with a wildcard', approved({ hosts: [{ host: '*.example.com', port: 443 }] }), 'KARS_DOCUMENT_MALFORMED'], // prettier-ignore
    ['with an address', approved({ hosts: [{ host: '10.0.0.1', port: 443 }] }), 'KARS_DOCUMENT_MALFORMED'], // prettier-ignore
    ['from the future', approved().replace('"schemaVersion":1', '"schemaVersion":2'), 'KARS_DOCUMENT_VERSION'], // prettier-ignore
    ['of another kind', approved().replace('"egress-approval"', '"egress-allowlist"'), 'KARS_DOCUMENT_KIND'], // prettier-ignore
    ['torn', approved().slice(0, 40), 'KARS_DOCUMENT_MALFORMED'],
    ['too large', ' '.repeat(16 * 1024) + approved(), 'KARS_DOCUMENT_TOO_LARGE'],
  ])('count for nothing %s, and leave the others', async (_what, body, expected) => {
    const other = encodeApproval(sourceOf('other'), {
      ...payload,
      hosts: [{ host: 'other.example.com', port: 443 }],
    });
    const { decide, logged } = await sandbox({ 'once.json': body, [other.file]: other.body });
    expect(decide('api.example.com')).toBe('KARS_EGRESS_NOT_ALLOWED');
    expect(decide('example.com')).toBe('KARS_EGRESS_NOT_ALLOWED');
    expect(decide('other.example.com')).toContain('EgressApproval agents/other');
    expect(logged.join()).toContain(expected);
  });

  it('count for nothing where a sandbox takes none', async () => {
    const { decide, logged } = await sandbox({ 'once.json': approved() }, 0);
    expect(decide('api.example.com')).toBe('KARS_EGRESS_NOT_ALLOWED');
    expect(logged.join()).toContain('takes no approvals');
  });

  it('are suspended while the clock has jumped, and the entries of the sandbox are not', async () => {
    const { decide, lookup, put, approvals, at, logged } = await sandbox({
      'once.json': approved(),
    });
    at.wall += HOUR;
    approvals.look();
    expect(decide('api.example.com')).toBe('KARS_CLOCK_JUMP');
    expect(lookup('api.example.com')).toBe('KARS_CLOCK_JUMP');
    expect(decide('own.example.com')).toContain('KarsSandbox agents/reader');
    expect(decide('unknown.example.com')).toBe('KARS_EGRESS_NOT_ALLOWED');
    expect(logged.join()).toContain('approvals-suspended');
    const acceptedAt = new Date(at.wall).toISOString();
    put(CLOCK_FILE, encodeClockAcceptance(sourceOf('clock'), { acceptedAt }).body);
    await approvals.reload();
    expect(decide('api.example.com')).toContain('EgressApproval agents/once');
  });

  it('last no longer when the clock is set back', async () => {
    const { decide, pass, at } = await sandbox({ 'once.json': approved() });
    pass(3 * HOUR);
    at.wall -= 3 * HOUR;
    pass(HOUR);
    expect(decide('api.example.com')).toBe('KARS_EGRESS_NOT_ALLOWED');
  });
});

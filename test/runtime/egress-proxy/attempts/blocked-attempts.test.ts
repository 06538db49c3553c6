import { describe, expect, it, onTestFinished } from 'vitest';
import { attemptRecord, deny, type AttemptRecord } from 'kars-constructs/contract';
import { BlockedAttempts } from '../../../../runtime/egress-proxy/attempts/blocked-attempts.ts';
import { createLog } from '../../../../runtime/service/log.ts';

const denial = deny('KARS_EGRESS_NOT_ALLOWED', 'KarsSandbox agents/reader egress', 'no entry');

function collector(most?: number) {
  const lines: string[] = [];
  const log = createLog('egress-proxy', (line) => lines.push(line));
  const blocked = new BlockedAttempts(log, most === undefined ? {} : { most });
  onTestFinished(() => {
    blocked.close();
  });
  const records = (): AttemptRecord[] => lines.map((line) => attemptRecord.parse(JSON.parse(line)));
  return { blocked, records };
}

describe('denied attempts', () => {
  it.each([
    [{ host: 'api.example.com', port: 443 }, "Egress.https('api.example.com')", 'tls to api.example.com:443'], // prettier-ignore
    [{ host: 'api.example.com', port: 80 }, "Egress.http('api.example.com')", 'http to api.example.com:80'], // prettier-ignore
    [{ host: 'db.example.com', port: 5432 }, "Egress.tcp('db.example.com', 5432)", 'tcp to db.example.com:5432'], // prettier-ignore
    [{ host: '192.0.2.7', port: 443 }, "Egress.cidr('192.0.2.7/32', 443)", 'tls to 192.0.2.7:443'],
    [{ host: '2001:db8::7', port: 22 }, "Egress.cidr('2001:db8::7/128', 22)", 'tcp to [2001:db8::7]:22'], // prettier-ignore
    [{ host: 'api.example.com' }, "Egress.https('api.example.com')", 'tls to api.example.com:443'],
  ])('are told at once with what would let %o through', (target, construct, opens) => {
    const { blocked, records } = collector();
    blocked.note('connect', target, denial);
    const port = 'port' in target ? target.port : null;
    expect(records()).toMatchObject([{ host: target.host, port, construct, opens, count: 1 }]);
  });

  it('are counted, and written once however many there are', () => {
    const { blocked, records } = collector();
    const target = { host: 'api.example.com', port: 443 };
    for (let attempt = 0; attempt < 1000; attempt += 1) blocked.note('connect', target, denial);
    expect(records().map(({ count }) => count)).toEqual([1]);
    blocked.flush();
    blocked.flush();
    expect(records().map(({ count }) => count)).toEqual([1, 999]);
  });

  it('are kept for so many targets, and none of them is lost', () => {
    const { blocked, records } = collector(2);
    for (const round of [1, 2]) {
      for (const host of ['a.example', 'b.example', 'c.example']) {
        blocked.note(`round ${round}`, { host, port: 443 }, denial);
        blocked.note(`round ${round}`, { host, port: 443 }, denial);
      }
    }
    blocked.flush();
    const counts = records().map(({ count }) => count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(12);
  });

  it('are left out where no entry would let them through', () => {
    const { blocked, records } = collector();
    const target = { host: '169.254.169.254', port: 80 };
    const forbidden = deny('KARS_EGRESS_ADDRESS_FORBIDDEN', 'egress', 'the metadata service');
    blocked.note('connect', target, forbidden);
    blocked.flush();
    expect(records()).toEqual([]);
  });
});

import { describe, expect, it } from 'vitest';
import { egressProxyOptions, podArguments, routerOptions } from 'kars-constructs/contract';
import { readOverrides } from '../../../runtime/egress-proxy/overrides.ts';
import { readArguments, readPairs } from '../../../runtime/service/arguments.ts';

const good = ['--sandbox=reader', '--status-host=127.0.0.1'];

describe('the arguments of a process', () => {
  it('are understood as the pod gives them', () => {
    const { common } = readArguments('router', routerOptions, podArguments('router', 'reader'));
    expect(common).toEqual({
      sandbox: 'reader',
      documents: '/etc/kars/documents',
      state: '/var/lib/kars',
      audit: {},
      parent: {},
      agent: { host: '127.0.0.1', port: 8443 },
      status: { host: '$(KARS_POD_IP)', port: 9080 },
    });
  });

  it('bound the audit log, which a day is the least to keep', () => {
    const auditWith = (...args: string[]) =>
      readArguments('router', routerOptions, [...podArguments('router', 'reader'), ...args]).common
        .audit;
    expect(auditWith('--audit-limit=1000', '--audit-retention-days=30')).toEqual({
      bytes: 1000,
      retentionDays: 30,
    });
    expect(() => auditWith('--audit-retention-days=0')).toThrow('supply a day or more');
  });

  it('have a port for DNS where the process answers it, and only when it is given', () => {
    const args = podArguments('egress-proxy', 'reader');
    const { own } = readArguments('egress-proxy', egressProxyOptions, args);
    expect(own.port('dns-port')).toBe(5353);
    const without = readArguments('egress-proxy', egressProxyOptions, good);
    expect(without.own.port('dns-port')).toBeUndefined();
    expect(podArguments('router', 'reader').join(' ')).not.toContain('dns');
  });

  it('carry repeated options', () => {
    const { own } = readArguments('egress-proxy', egressProxyOptions, [
      ...good,
      '--resolve=a.example:80=127.0.0.1:1',
      '--resolve=b.example:80=127.0.0.1:2',
    ]);
    expect(own.list('resolve')).toHaveLength(2);
  });

  it.each([
    ['an unknown option', [...good, '--learn'], '--learn'],
    ['no sandbox', ['--status-host=127.0.0.1'], 'got no --sandbox, supply one'],
    ['no status host', ['--sandbox=reader'], 'got no --status-host, supply one'],
    ['a port that is none', [...good, '--listen-port=http'], 'supply a port from 0 to 65535'],
    ['a port that is too large', [...good, '--status-port=70000'], 'supply a port from 0 to 65535'],
    ['a value without an option', [...good, 'reader'], 'reader'],
  ])('are refused with %s', (_what, args, expected) => {
    expect(() => readArguments('router', routerOptions, args)).toThrow(expected);
  });

  it.each(['a', '=b', 'a='])('are refused with the pair %s', (pair) => {
    expect(() => readPairs('provider-endpoint', [pair])).toThrow('supply NAME=VALUE');
  });

  it.each([
    ['a.example', '127.0.0.1:80'],
    ['a.example:80', '127.0.0.1'],
    ['a.example:80', 'b.example:80'],
    ['127.0.0.1:80', '127.0.0.1:80'],
    ['a.example:80', '127.0.0.1:'],
    ['a.example:80', '127.0.0.1:0'],
    ['a.example:80', '127.0.0.1:65536'],
    ['a.example:80', '127.0.0.1:-5'],
    ['a.example:80', '127.0.0.1:1e3'],
    ['a.example:80', '[::1]:80'],
  ])('are refused with the override %s=%s', (name, value) => {
    expect(() => readOverrides(new Map([[name, value]]))).toThrow('supply HOST:PORT=ADDRESS:PORT');
  });

  it('name overrides in the form in which calls are decided', () => {
    expect([...readOverrides(new Map([['A.Example.:80', '127.0.0.1:81']]))]).toEqual([
      ['a.example:80', { host: '127.0.0.1', port: 81 }],
    ]);
  });
});

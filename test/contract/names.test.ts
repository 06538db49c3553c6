import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostFault, normalHost, parseAuthority } from 'kars-constructs/contract';

describe('a host', () => {
  it.each(['example.com', 'a.b.c.example.com', 'xn--bcher-kva.example', 'db', '_sip.example.com'])(
    '%s is in normal form',
    (host) => {
      expect(hostFault(host)).toBeUndefined();
    },
  );

  it.each([
    ['Example.com', 'supply its normal form "example.com"'],
    ['example.com.', 'supply its normal form "example.com"'],
    ['bücher.example', 'supply its normal form "xn--bcher-kva.example"'],
    ['ｅxample.com', 'supply its normal form "example.com"'],
    ['*.example.com', 'without a wildcard'],
    ['*', 'without a wildcard'],
    ['localhost', 'the machine itself'],
    ['api.localhost', 'the machine itself'],
    ['', 'supply a host name'],
    ['.', 'supply a host name'],
    ['a..b', 'supply a host name'],
    ['-a.example', 'supply a host name'],
    ['a-.example', 'supply a host name'],
    [`${'a'.repeat(64)}.example`, 'supply a host name'],
    [`${'a.'.repeat(127)}example`, 'supply a host name'],
    ['exa mple.com', 'supply a host name'],
    ['example.com/path', 'supply a host name'],
    ['user@example.com', 'supply a host name'],
    ['example.com:443', 'supply a host name'],
    ['127.0.0.1', 'supply a host name'],
    ['127.1', 'supply a host name'],
    ['2130706433', 'supply a host name'],
    ['0x7f000001', 'supply a host name'],
    ['0177.0.0.1', 'supply a host name'],
    ['１２７.0.0.1', 'supply a host name'],
    ['[::1]', 'supply a host name'],
    ['::1', 'supply a host name'],
    ['%31.example', 'supply a host name'],
  ])('%s is refused', (host, expected) => {
    expect(hostFault(host)).toContain(expected);
  });

  it('in normal form stays as it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.domain(), fc.string(), fc.webAuthority()), (text) => {
        const normal = normalHost(text);
        if (normal !== undefined) expect(normalHost(normal)).toBe(normal);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('an authority', () => {
  it.each([
    ['example.com:443', { host: 'example.com', port: 443 }],
    ['EXAMPLE.com:443', { host: 'example.com', port: 443 }],
    ['example.com.:80', { host: 'example.com', port: 80 }],
  ])('%s is read', (text, expected) => {
    expect(parseAuthority(text)).toEqual(expected);
  });

  it.each([
    'example.com',
    'example.com:',
    ':443',
    'a:0',
    'a:65536',
    'a:4 3',
    'a:+1',
    'a:1:2',
    '[::1]:80',
    '1.2.3.4:80',
    'a@b:1',
  ])('%s is not', (text) => {
    expect(parseAuthority(text)).toBeUndefined();
  });
});

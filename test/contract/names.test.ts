import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatAuthority,
  hostFault,
  normalHost,
  parseAuthority,
  parseTarget,
} from 'kars-constructs/contract';

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
    ['*.example.com', 'every host below it'],
    ['*', 'every host below it'],
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
    ['127.0.0.1.', 'supply a host name'],
    ['0X7F000001', 'supply a host name'],
    ['0x7f.0.0.1', 'supply a host name'],
    ['017700000001', 'supply a host name'],
    ['0', 'supply a host name'],
    ['256.0.0.1', 'supply a host name'],
    ['example.1', 'supply a host name'],
    ['example.0x1', 'supply a host name'],
    ['①②⑦.⓪.⓪.①', 'supply a host name'],
    ['٣.٣.٣.٣', 'supply a host name'],
    ['::ffff:127.0.0.1', 'supply a host name'],
    ['[::ffff:7f00:1]', 'supply a host name'],
    ['fe80::1%eth0', 'supply a host name'],
    ['[fe80::1%25eth0]', 'supply a host name'],
    ['example.com..', 'supply a host name'],
    ['a\u0000b.example', 'supply a host name'],
    ['a\tb.example', 'supply a host name'],
    ['\u202eexample.com', 'supply a host name'],
    ['xn--', 'supply a host name'],
    ['example。com', 'supply its normal form "example.com"'],
    ['exa\u00admple.com', 'supply its normal form "example.com"'],
    ['example.com\u200b', 'supply its normal form "example.com"'],
    ['½.example', 'supply its normal form "xn--12-c6t.example"'],
    ['LOCALHOST', 'supply its normal form "localhost"'],
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
    '[::1%25eth0]:80',
    '[::ffff:127.0.0.1]:80',
    '1.2.3.4:80',
    '1.2.3.4.:80',
    '0x7f000001:80',
    '017700000001:80',
    '2130706433:80',
    '①②⑦.⓪.⓪.①:80',
    'a\u0000:80',
    'a\n:80',
    'a:80\n',
    ' a:80',
    'a%2eb:80',
    'a/b:80',
    'a:-1',
    'a:٨٠',
    'a:000080',
    'a..b:80',
    'a@b:1',
  ])('%s is not', (text) => {
    expect(parseAuthority(text)).toBeUndefined();
  });
});

describe('the target of a CONNECT request', () => {
  it.each([
    ['EXAMPLE.com.:443', 'example.com', 443, 'example.com:443'],
    ['10.20.0.5:443', '10.20.0.5', 443, '10.20.0.5:443'],
    ['[FD12:0::5]:5432', 'fd12::5', 5432, '[fd12::5]:5432'],
    ['[::ffff:127.0.0.1]:80', '::ffff:7f00:1', 80, '[::ffff:7f00:1]:80'],
  ])('%s is read, and written in one way', (text, host, port, written) => {
    expect(parseTarget(text)).toEqual({ host, port });
    expect(formatAuthority({ host, port })).toBe(written);
  });

  it.each([
    '10.20.0.5',
    '10.20.0.5:0',
    '10.20.0.5:65536',
    '10.20.0.5.:443',
    '10.20.5:443',
    '010.20.0.5:443',
    '0x0a.20.0.5:443',
    '169083909:443',
    '①⓪.20.0.5:443',
    'fd12::5:443',
    '[fd12::5]',
    '[fd12::5]:0',
    '[fd12::5%eth0]:443',
    '[fd12::5%25eth0]:443',
    '[10.20.0.5]:443',
    '[example.com]:443',
    '[]:443',
    ' 10.20.0.5:443',
    '10.20.0.5:443\n',
    'user@10.20.0.5:443',
  ])('%s is not', (text) => {
    expect(parseTarget(text)).toBeUndefined();
  });
});
